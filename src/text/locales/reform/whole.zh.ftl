
## 总体方案
whole-title = 总体方案
whole-lead = { $name }（{ $year }年）建什么、在哪里、何时、花多少，能达到什么、达不到什么。各模型单独证明并核查；合在一起逐轮计算，互相提供结果。转诊方案与布局另有报告。
whole-layout = 布局：新设 { EXACT($opened) } 处，升级 { EXACT($raised) } 处，扩大 { EXACT($grown) } 处，缩小 { EXACT($shrunk) } 处，降级 { EXACT($lowered) } 处，关闭 { EXACT($closed) } 处；投资 { MONEY($capital) }，固定费用每年较现状增加 { MONEY($yearly) }（负数为减少）。
whole-saves = 各方案合计使本区域医疗服务每年较现状改善 { MONEY($yuan) }，按转诊方案口径（不含未达目标的价格）：诊治、路程、未满足需求与被分流。
whole-costs = 各方案合计使本区域医疗服务每年较现状多花 { MONEY($yuan) }，按转诊方案口径（不含未达目标的价格）：诊治、路程、未满足需求与被分流。
whole-rest = 经过 { EXACT($rounds) } 轮方案趋于稳定：最后一轮目标值变化 { DECIMAL($value, digits: 3) } %，患者与资金各项比例变化不超过 { DECIMAL($share, digits: 3) } 个百分点。
whole-rest-once = 只计算了一轮：目标值变化 { DECIMAL($value, digits: 3) } %，各项比例变化至多 { DECIMAL($share, digits: 3) } 个百分点；未检验距稳定多远。
whole-short = { $title }：{ $sentence }
whole-cannot = { $title } 无法实现：{ $sentence }
whole-achieved = 达到的效果
whole-models = 各模型及其证明
whole-missed = 方案未达到的目标
whole-met = 已评判要求中达到的
whole-met-of = { EXACT($all) } 项中 { EXACT($met) } 项（另有 { EXACT($part) } 项部分达到）
whole-saved = 较现状改善（元/年）
col-model = 模型
col-gap-percent = 差距（%）
col-today = 现状
reform-beds = 床位配置
whole-beds-note = 下文分期实施说明各年新增床位；转诊方案只计入分期实施已建成的床位。
whole-gps = 基层全科医生（每万人，含拟下派）
repair-beds-area = { $name }：达到下限须比增长上限允许的 { DECIMAL($now) } 张多 { DECIMAL($amount) } 张床位：提高 growth，或降低 floor
repair-beds-more = 各地下限须比拟增的 { EXACT($now) } 张多 { EXACT($amount) } 张床位：提高 add，或降低 floor
repair-beds-room = 拟增床位中有 { EXACT($amount) } 张无处安排（可容纳 { EXACT($now) } 张）：提高 growth，或减少床位
repair-beds-gini = 可达到的最小基尼系数为 { DECIMAL($amount, digits: 6) }，而非 { DECIMAL($now, digits: 6) }：提高 gini_limit 或 growth
