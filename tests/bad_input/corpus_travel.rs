//! The corpus, second part: arcs, times and roads.

use super::base;
use super::corpus::Change::{Put, Remove, Sub};
use super::corpus::{Broken, C, F, S, many, one};

/// Broken arcs.
pub fn arcs() -> Vec<Broken> {
    const R: &str = "arcs.csv";
    let good = "kind,from,to\nfirst,s1,CC1\nfirst,s2,CC1\nfirst,s3,T1\nfirst,s4,T1\nfirst,s5,T2\nfirst,s6,T2\nup,T1,K1\nup,T2,K1\nup,K1,M1\ndown,M1,K1\ndown,K1,T1\n";
    let with = |row: &str| Put(R, format!("{good}{row}\n").into_bytes());
    let without = |row: &str| Put(R, good.replace(row, "").into_bytes());
    vec![
        one("first arc from nowhere", with("first,s9,T1"), ("E053", R, Some(13), "s9", "from")),
        one("first arc to nowhere", with("first,s1,X9"), ("E053", R, Some(13), "X9", "to")),
        one("up arc to a settlement", with("up,T1,s1"), ("E053", R, Some(13), "s1", "to")),
        one("an arc of no kind", with("sideways,T1,T2"), ("E036", R, Some(13), "sideways", "kind")),
        one("an arc without kind", with(",T1,T2"), ("E030", R, Some(13), "", "kind")),
        one("up to the same rank", with("up,K1,D1"), ("E080", R, Some(13), "K1 -> D1", "to")),
        many(
            "a cycle in the hierarchy",
            vec![with("up,M1,K1")],
            vec![("E080", R, Some(13), "M1 -> K1", "to"), ("E081", R, Some(13), "K1 -> M1", "from")],
        ),
        many(
            "a longer cycle",
            vec![with("up,M1,P1\nup,P1,T2")],
            vec![("E080", R, Some(14), "P1 -> T2", "to"), ("E081", R, Some(14), "P1", "from")],
        ),
        one("an arc twice", with("up,T1,K1"), ("E082", R, Some(13), "T1 -> K1", "from")),
        one("an arc to itself", with("up,K1,K1"), ("E083", R, Some(13), "K1", "to")),
        one("down to a higher rank", with("down,T1,K1"), ("E084", R, Some(13), "T1 -> K1", "to")),
        one("a settlement without arcs", without("first,s6,T2\n"), ("E085", S, Some(7), "s6", "id")),
        many("no arcs at all", vec![Put(R, b"kind,from,to\n".to_vec())], {
            let lonely = (2..=7).map(|l| ("E085", S, Some(l), "s", "id"));
            lonely.chain([("E024", R, None, "", "")]).collect()
        }),
    ]
}

/// Broken times and roads.
pub fn travel() -> Vec<Broken> {
    const M: &str = "times.csv";
    const N: &str = "road_nodes.csv";
    const E: &str = "road_edges.csv";
    let table = || Sub(C, "mode = \"metric\"", "mode = \"table\"");
    let road = || Sub(C, "mode = \"metric\"", "mode = \"road\"");
    let times = |row: &str| {
        let rows: String = (1..=6).map(|i| format!("s{i},K1,{}\n", 10 * i)).collect();
        Put(M, format!("from,to,minutes\n{rows}{row}\n").into_bytes())
    };
    let nodes = || {
        let text = "id,lon,lat\na,108.70,29.50\nb,108.90,29.70\nc,109.00,29.40\nd,108.92,29.60\ne,106.55,29.56\nf,116.40,39.90\n";
        Put(N, text.as_bytes().to_vec())
    };
    let edges = |row: &str| Put(E, format!("from,to,km,kmh,oneway\na,b,40,60,0\nb,c,45,50,\nb,d,12,50,0\n{row}\n").into_bytes());
    vec![
        one("times wanted and not there", table(), ("E003", M, None, "", "")),
        many("minutes zero", vec![table(), times("T1,K1,0")], vec![("E035", M, Some(8), "0", "minutes")]),
        many("minutes negative", vec![table(), times("T1,K1,-5")], vec![("E034", M, Some(8), "-5", "minutes")]),
        many("a journey of weeks", vec![table(), times("T1,K1,99999")], vec![("E035", M, Some(8), "99999", "minutes")]),
        many("time to nowhere", vec![table(), times("T1,X1,9")], vec![("E053", M, Some(8), "X1", "to")]),
        many("time to itself", vec![table(), times("T1,T1,9")], vec![("E083", M, Some(8), "T1", "to")]),
        many("a time twice", vec![table(), times("s1,K1,9")], vec![("E082", M, Some(8), "s1 -> K1", "from")]),
        many(
            "a settlement without any time",
            vec![table(), Put(M, b"from,to,minutes\ns1,K1,9\ns2,K1,9\ns3,K1,9\ns4,K1,9\ns5,K1,9\n".to_vec())],
            vec![("E086", S, Some(7), "s6", "id")],
        ),
        many("roads wanted and not there", vec![road()], vec![("E003", N, None, "", ""), ("E003", E, None, "", "")]),
        many("an edge to nowhere", vec![road(), nodes(), edges("a,z,5,50,0")], vec![("E056", E, Some(5), "z", "to")]),
        many("an edge of no length", vec![road(), nodes(), edges("a,c,0,50,0")], vec![("E035", E, Some(5), "0", "km")]),
        many("a rocket", vec![road(), nodes(), edges("a,c,9,9000,0")], vec![("E035", E, Some(5), "9000", "kmh")]),
        many("an edge to itself", vec![road(), nodes(), edges("a,a,9,50,0")], vec![("E083", E, Some(5), "a", "to")]),
        many(
            "a node twice",
            vec![road(), nodes(), Sub(N, "f,116.40,39.90", "a,116.40,39.90"), edges("")],
            vec![("E050", N, Some(7), "a", "id")],
        ),
        many(
            "disconnected roads",
            vec![road(), nodes(), Put(E, b"from,to,km,kmh\nb,d,12,50\n".to_vec()), Remove(F), Put(F, far_facilities())],
            vec![
                ("E086", S, Some(2), "s1", "id"),
                ("E086", S, Some(3), "s2", "id"),
                ("E086", S, Some(6), "s5", "id"),
                ("E086", S, Some(7), "s6", "id"),
            ],
        ),
    ]
}

/// The tiny case with facilities in the north of the county alone.
fn far_facilities() -> Vec<u8> {
    let keep = |line: &&str| ["id,", "V3,", "T1,", "K1,", "P1,", "N1,"].iter().any(|k| line.starts_with(k));
    base::FACILITIES.lines().filter(keep).map(|l| format!("{l}\n")).collect::<String>().into_bytes()
}
