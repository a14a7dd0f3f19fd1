
## 城市医疗集团网格
reform-grids = 城市医疗集团网格化布局
reform-lead-grids = { $name }（{ $year } 年）城区各街道归属哪家三级医院的网格：连片、在容差内均衡、各有一家二级医院、就近。求解附有证明的区间；写出之前由独立检查全部重新核算。
col-grids = 网格
col-members = 其中二级医院
col-subdistricts = 街道数
col-subdistrict = 街道
col-reserved-visits = 每年预留门诊量
col-reserved-beds = 预留床位
grids-table = 网格
grids-subdistricts = 街道与牵头医院
grids-result = { EXACT($cities) } 个城市共 { EXACT($n) } 个网格；居民到牵头医院平均 { DECIMAL($minutes, digits: 1) } 分钟。
grids-reserve = 牵头医院每年为基层转诊患者预留 { COUNT($visits) } 人次门诊和 { COUNT($beds) } 张床位：门诊号源的三分之一、床位的四分之一。
grids-elsewhere = { EXACT($n) } 家牵头医院与另一家同在一个街道，其驻地取相邻街道。
grids-assumed = 假定：人口均衡的容差。数据表没有康复医院，成员取二级医院。同一地市的城区视为一个城市。
grids-effect = effect.toml 列出牵头医院并启用其预留（C12）：交给 fenji referral 可看到对转诊的影响。
goal-grids-count = 紧密型城市医疗集团：网格最少的城市的网格数
goal-grids-members = 紧密型城市医疗集团：二级医院最少的网格的家数
picture-grids-title = 城市医疗集团网格
picture-grids-caption = 各街道按所属网格着色，深色线分隔网格。色块为离各驻地最近的区域，并非行政边界。
legend-grids = 网格
repair-grids-leaders = { $name } 有 { EXACT($now) } 家三级医院可以牵头：两个网格或所要求的网格还需 { EXACT($amount) } 家
repair-grids-members = { $name } 有 { EXACT($now) } 家二级医院：还需 { EXACT($amount) } 家，或减少网格或成员
repair-grids-members-apart = { $name }：二级医院的位置使至少 { EXACT($amount) } 个网格没有成员（共享 { EXACT($now) } 家）：改选牵头医院，或减少成员
