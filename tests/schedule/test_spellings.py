"""Names as clinics write them: what distinguishes no product is not looked at, and what could be two is none."""

import pytest

from vaxcard.schedule.loader import load_schedule
from vaxcard.schedule.names import Spelling, compared_loosely

CN = load_schedule("cn")


@pytest.mark.parametrize(
    ("written", "vaccine"),
    [
        ("口服I型III型脊髓灰质炎减毒活疫苗(液体)", "bOPV"),
        ("口服Ⅰ型Ⅲ型脊髓灰质炎减毒活疫苗（人二倍体细胞）", "bOPV"),
        ("口服Ⅰ＋Ⅲ型脊髓灰质炎减毒活疫苗", "bOPV"),
        ("口服１型３型脊灰减毒活疫苗", "bOPV"),
        ("二价口服脊髓灰质炎减毒活疫苗", "bOPV"),
        ("A、C群脑膜炎球菌多糖疫苗", "MPSV-AC"),
        ("Ａ群Ｃ群 脑膜炎球菌多糖疫苗", "MPSV-AC"),
        ("A群和C群脑膜炎球菌多糖疫苗", "MPSV-AC"),
        ("A群脑膜炎球菌多糖疫苗（冻干）", "MPSV-A"),
        ("A群C群脑膜炎球菌多糖结合疫苗", "MCV2"),
        ("ACYW135群脑膜炎球菌多糖结合疫苗（CRM197载体）", "MCV4"),
        ("重组乙型肝炎疫苗（酿酒酵母）（10μg）", "HepB"),
        ("重组乙型肝炎疫苗(CHO细胞)(20微克/1.0ml)", "HepB"),
        ("Sabin株脊髓灰质炎灭活疫苗（Vero细胞）", "IPV"),
        ("脊髓灰质炎灭活疫苗（Salk株）", "IPV"),
        ("吸附无细胞百白破（组分）联合疫苗", "DTaP"),
        ("吸附百白破联合疫苗", "DTwP"),
        ("吸附白喉、破伤风联合疫苗", "DT"),
        ("麻疹、腮腺炎和风疹联合减毒活疫苗", "MMR"),
        ("乙型脑炎减毒活疫苗（冻干）", "JE-L"),
        ("冻干乙型脑炎灭活疫苗（Vero细胞）", "JE-I"),
        ("冻干甲型肝炎减毒活疫苗(1.0ml)", "HepA-L"),
        ("甲型肝炎灭活疫苗（人二倍体细胞）(0.5毫升)", "HepA-I"),
        ("双价人乳头瘤病毒疫苗（大肠埃希菌）", "HPV2"),
        ("四价流感病毒裂解疫苗（0.25ml）(自费)", "IIV"),
        ("十三价肺炎球菌多糖结合疫苗（国产）", "PCV13"),
        ("b型流感嗜血杆菌结合疫苗(预充式)", "Hib"),
        ("水痘减毒活疫苗（自费）", "VarV"),
        ("肠道病毒７１型灭活疫苗（Ｖｅｒｏ细胞）", "EV71"),
        ("吸附无细胞百白破、灭活脊髓灰质炎和b型流感嗜血杆菌（结合）联合疫苗", "DTaP-IPV/Hib"),
    ],
)
def test_official_names_are_understood_in_every_spelling(written: str, vaccine: str) -> None:
    found = CN.vaccine_named(written)
    assert found is not None and found.code == vaccine


@pytest.mark.parametrize(
    "written",
    ["糖丸", "脊灰疫苗", "脊髓灰质炎减毒活疫苗(液体)", "流脑疫苗(自费)", "甲肝疫苗(冻干)", "乙脑疫苗(Vero细胞)", "ＨＰＶ疫苗"]
    + ["肺炎疫苗(进口)", "三联疫苗", "白白破", "白百破", "麻疹腮腺炎风疹", "A群流脑结合疫苗", "流感疫苗(减毒)", "百白破疫苗(吸附)"],
)
def test_a_name_that_may_be_two_products_is_no_name(written: str) -> None:
    assert CN.vaccine_named(written) is None


def test_every_listed_name_means_the_same_when_it_is_compared_loosely() -> None:
    names = CN.vaccine_names
    assert {names.loosely.get(names.spelling.loose(name), code) for name, code in names.known.items() if code == "MMR"} == {"MMR"}
    assert all(names.loosely.get(names.spelling.loose(name), code) == code for name, code in names.known.items())


def test_a_form_of_two_vaccines_stands_for_none() -> None:
    known = {"one(x)": "A", "one": "B", "two(x)": "A", "street": "C"}
    assert compared_loosely(known, ["street(x)"], Spelling((), "", ("x",))) == {"two": "A"}
