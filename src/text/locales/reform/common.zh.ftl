
## 改革的其他模型
reform-title = { $what }：{ $name }
reform-summary = 要点
report-rows-some = 此处列出 { EXACT($all) } 行中的前 { EXACT($n) } 行；全部见 CSV 文件。
col-number = 编号
col-demand = 文件要求
col-links = 联接数
col-capacity = 可容纳
col-yuan-year = 元/年
col-cost-year = 费用（元/年）
cell-yes = 是
cell-no = 否
cell-met = 达到
cell-missed = 未达到
cell-unjudged = 未评判
cert-ceiling = 已证明的上界
unit-yuan-a-year = 元/年
unit-points = 分
axis-yuan-year = 元/年
