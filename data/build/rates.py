"""Published rates and stated assumptions behind the modelled columns of the Chongqing cases; sources in `README.md`."""

from enum import Enum


class Group(Enum):
    """Groups of counties, written to `areas.csv` as prefecture."""

    CENTRE = "chongqing-centre"
    WEST = "chongqing-west"
    NORTHEAST = "chongqing-northeast"
    SOUTHEAST = "chongqing-southeast"


# County code: name in Latin letters, group, weight as a seat of city hospitals (3 for the regional centres of a group).
COUNTIES = {
    "500101": ("Wanzhou", Group.NORTHEAST, 3), "500102": ("Fuling", Group.WEST, 3), "500103": ("Yuzhong", Group.CENTRE, 1),
    "500104": ("Dadukou", Group.CENTRE, 1), "500105": ("Jiangbei", Group.CENTRE, 1), "500106": ("Shapingba", Group.CENTRE, 1),
    "500107": ("Jiulongpo", Group.CENTRE, 1), "500108": ("Nan'an", Group.CENTRE, 1), "500109": ("Beibei", Group.CENTRE, 1),
    "500110": ("Qijiang", Group.WEST, 1), "500111": ("Dazu", Group.WEST, 1), "500112": ("Yubei", Group.CENTRE, 1),
    "500113": ("Banan", Group.CENTRE, 1), "500114": ("Qianjiang", Group.SOUTHEAST, 3), "500115": ("Changshou", Group.WEST, 1),
    "500116": ("Jiangjin", Group.WEST, 1), "500117": ("Hechuan", Group.WEST, 1), "500118": ("Yongchuan", Group.WEST, 3),
    "500119": ("Nanchuan", Group.WEST, 1), "500120": ("Bishan", Group.WEST, 1), "500151": ("Tongliang", Group.WEST, 1),
    "500152": ("Tongnan", Group.WEST, 1), "500153": ("Rongchang", Group.WEST, 1), "500154": ("Kaizhou", Group.NORTHEAST, 1),
    "500155": ("Liangping", Group.NORTHEAST, 1), "500156": ("Wulong", Group.SOUTHEAST, 1), "500229": ("Chengkou", Group.NORTHEAST, 1),
    "500230": ("Fengdu", Group.NORTHEAST, 1), "500231": ("Dianjiang", Group.NORTHEAST, 1), "500233": ("Zhong", Group.NORTHEAST, 1),
    "500235": ("Yunyang", Group.NORTHEAST, 1), "500236": ("Fengjie", Group.NORTHEAST, 1), "500237": ("Wushan", Group.NORTHEAST, 1),
    "500238": ("Wuxi", Group.NORTHEAST, 1), "500240": ("Shizhu", Group.SOUTHEAST, 1), "500241": ("Xiushan", Group.SOUTHEAST, 1),
    "500242": ("Youyang", Group.SOUTHEAST, 1), "500243": ("Pengshui", Group.SOUTHEAST, 1),
}
SOUTHEAST = ["500114", "500156", "500240", "500241", "500242", "500243"]
# City core (urban = 1): at least half of the village units are residents' committees.
CORE = ["500103", "500104", "500105", "500106", "500107", "500108", "500112"]
# Counties without (or nearly without) populations, outside the centre.
FILLED = ["500233", "500235"]
# Districts that share what the known total of the nine central districts leaves after the known places.
HOLE = CORE
# GeoNames row of the city: its population is the total of the nine central districts in the 2010 census.
CENTRE_TOTAL_ID = "1814906"

# Places whose township the source could not name because it writes the name otherwise: GeoNames id to name in the code list.
# Read by hand: same sound or a slip of one character, in the same county.
ALIASES = {
    "8403613": "高梁镇", "8416232": "武陵山乡", "1904116": "跳磴镇", "1809338": "郭扶镇", "1812168": "东溪镇", "12489793": "扶欢镇",
    "1783793": "珠溪镇", "8418555": "季家镇", "1785964": "鱼洞街道", "1914252": "南彭街道", "1914256": "二圣镇",
    "12495684": "茶山竹海街道", "1904138": "青峰镇", "1817193": "柏梓镇", "1904026": "新胜镇", "8400139": "正安街道",
    "8397569": "蓼子乡", "12358614": "朱衣镇", "12358587": "培石乡", "8404768": "龙潭乡", "8408391": "朗溪乡", "8408657": "乔梓乡",
    "8399584": "大阳镇", "8399591": "外郎乡", "8399609": "蔈草镇", "8415948": "石桥苗族土家族乡", "1803998": "两路街道",
}

FUND_PER_HEAD = 1180  # resident fund 2024: 1,118.1 bn yuan over 947.1 M people
NATION = 1_404_890_000  # people of China, bulletin 2025
SOUTHWEST = 205_100_000  # Chongqing, Sichuan, Guizhou, Yunnan, Tibet, census 2020: the catchment of a regional centre

# Beds a 1,000 people, bulletin 2025: township centres 1.02, community centres .20, tertiary hospitals 2.83 (here M and above);
# the rest of 7.15 (secondary 1.96, primary grade .46, ungraded hospitals and maternal and child institutions .73) stands at rank 3.
BEDS = {"T": 1.02, "C": 0.20, "M": 2.83, "K": 3.10}

# Doctors. T, C: a 1,000 people, from 14.4 and 10.0 (100 M visits) / (251 days x 9.9 and 16.7 visits a doctor-day) / 1.405 bn people.
# M, K: a bed, from 30.4 / (251 x 7.4) = 1.165 and (12.2 + 2.5 + 1.6 + ~2) / (251 x ~6) = .87 a 1,000 over the beds above.
# V, S: one a 1,000 served (the rule asks for at least one village doctor), rounded up to halves: villages 14.0, stations 2.1 and other
# clinics 16 (100 M visits) / (251 x 12) / 1.405 bn people come to .76 a 1,000 of all people.
# These come to 3.5 a 1,000 people: the doctors that the mean workloads account for, so that every one of them would be busy to the
# last hour. The published heads are 3.78 licensed (assistant) doctors and about .45 village doctors without a licence a 1,000
# (1.135 M staff of village clinics, of whom about half hold one; assumed): all rates are raised by the same fifth.
HEADS = 1.2
DOCTORS = {tier: round(rate * HEADS, 3) for tier, rate in {"T": 0.41, "C": 0.17, "M": 0.41, "K": 0.28, "V": 1.0, "S": 1.0}.items()}

# General practitioners: share of the doctors of a rank-2 centre (assumed); the published total of 4.91 a 10,000 fixes the rest at rank 3.
GPS = {"T": 0.50, "C": 0.60}
GP_TOTAL = 4.91

# Nurses a bed, assumed by tier so that all together come near the published 4.32 a 1,000.
NURSES = {"T": 0.40, "C": 0.90, "K": 0.52, "D": 0.52, "M": 0.75, "P": 0.75, "R": 0.75, "N": 0.75}

# Intensive care as a share of beds: 4 % is the published floor of tertiary hospitals, rank 3 meets the rest of 15 a 100,000 (2025).
ICU_SHARE = {"M": 0.04, "P": 0.04, "R": 0.04, "N": 0.04, "K": 0.012, "D": 0.012}

# City tertiary hospitals: people a hospital (within 1-2 a million of the planning rule) and relative size, by group.
CITY_HOSPITAL = {Group.CENTRE: (530_000, 1.3), Group.WEST: (750_000, 1.0), Group.NORTHEAST: (750_000, 1.0), Group.SOUTHEAST: (750_000, 1.0)}

# Upper tiers: six provincial hospitals (2 a 10 M people, 1,500-3,000 beds), a regional and two national centres (beds assumed).
TOP = {
    "P": {"counties": ["500103", "500105", "500106", "500107", "500108", "500112"], "beds": 3000},
    "R": [("R-CHENGDU", "国家区域医疗中心（成都）", "National regional medical centre (Chengdu)", (104.06, 30.64), 4000)],
    "N": [("N-BEIJING", "国家医学中心（北京）", "National medical centre (Beijing)", (116.40, 39.90), 3000),
          ("N-SHANGHAI", "国家医学中心（上海）", "National medical centre (Shanghai)", (121.47, 31.23), 3000)],
}
