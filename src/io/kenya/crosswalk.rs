//! What the census and the facility list call differently: five counties and the sub-counties. Every pair is explicit; nothing is guessed from likeness.
//!
//! The census of 2019 counts 333 administrative sub-counties; the facility list names about 300, most of them constituencies. Where letters alone
//! agree (case, spaces and marks apart) nothing is needed here. The rest is the editor's reading of the two divisions, and *assumed*.

/// Counties: name in the census (without "County"), name in the facility list.
pub const COUNTIES: [(&str, &str); 5] = [
    ("Elgeyo/Marakwet", "Elgeyo Marakwet"),
    ("Murang'a", "Muranga"),
    ("Nairobi City", "Nairobi"),
    ("Taita/Taveta", "Taita Taveta"),
    ("Tharaka-Nithi", "Tharaka Nithi"),
];

/// Sub-counties whose names differ: county (of the census), sub-county of the census, sub-counties of the list it lies in, separated by `;`.
/// A sub-county of the list that several of the census lie in is shared out by wards (see [`super::areas`]).
pub const SUB_COUNTIES: &[(&str, &str, &str)] = &[
    ("Bungoma", "Bungoma Central", "Kabuchai"),
    ("Bungoma", "Bungoma East", "Webuye East"),
    ("Bungoma", "Bungoma North", "Tongaren"),
    ("Bungoma", "Bungoma South", "Kanduyi"),
    ("Bungoma", "Bungoma West", "Sirisia"),
    ("Bungoma", "Kimilili-Bungoma", "Kimilili"),
    ("Busia", "Busia", "Matayos"),
    ("Embu", "Embu East", "Runyenjes"),
    ("Embu", "Embu North", "Manyatta"),
    ("Embu", "Embu West", "Manyatta"),
    ("Homa Bay", "Homa Bay", "Homa Bay Town"),
    ("Homa Bay", "Rachuonyo East", "Kabondo Kasipul"),
    ("Homa Bay", "Rachuonyo North", "Karachuonyo"),
    ("Homa Bay", "Suba North", "Mbita"),
    ("Kajiado", "Isinya", "Kajiado East"),
    ("Kajiado", "Mashuuru", "Kajiado East"),
    ("Kakamega", "Kakamega Central", "Lurambi"),
    ("Kakamega", "Kakamega East", "Shinyalu"),
    ("Kakamega", "Kakamega North", "Malava"),
    ("Kakamega", "Kakamega South", "Ikolomani"),
    ("Kakamega", "Matete", "Lugari"),
    ("Kericho", "Kericho East", "Ainamoi"),
    ("Kericho", "Kipkelion", "Kipkelion West"),
    ("Kericho", "Londiani", "Kipkelion East"),
    ("Kericho", "Soin Sigowet", "Sigowet/Soin"),
    ("Kiambu", "Kiambu", "Kiambu Town"),
    ("Kiambu", "Thika East", "Thika Town"),
    ("Kiambu", "Thika West", "Thika Town"),
    ("Kilifi", "Chonyi", "Kilifi South"),
    ("Kilifi", "Kauma", "Ganze"),
    ("Kirinyaga", "Mwea East", "Kirinyaga South"),
    ("Kirinyaga", "Mwea West", "Kirinyaga North/Mwea West"),
    ("Kisii", "Etago", "South Mugirango"),
    ("Kisii", "Gucha", "Bomachoge Chache"),
    ("Kisii", "Gucha South", "South Mugirango"),
    ("Kisii", "Kenyenya", "Bomachoge Borabu"),
    ("Kisii", "Kisii Central", "Nyaribari Chache"),
    ("Kisii", "Kisii South", "Bonchari"),
    ("Kisii", "Kitutu Central", "Kitutu Chache South"),
    ("Kisii", "Marani", "Kitutu Chache North"),
    ("Kisii", "Masaba South", "Nyaribari Masaba"),
    ("Kisii", "Nyamache", "Bobasi"),
    ("Kisii", "Sameta", "Bobasi"),
    ("Kitui", "Ikutha", "Kitui South"),
    ("Kitui", "Katulani", "Kitui Central"),
    ("Kitui", "Kisasi", "Kitui Rural"),
    ("Kitui", "Kyuso", "Mwingi North"),
    ("Kitui", "Lower Yatta", "Kitui Rural"),
    ("Kitui", "Matinyani", "Kitui West"),
    ("Kitui", "Migwani", "Mwingi West"),
    ("Kitui", "Mumoni", "Mwingi North"),
    ("Kitui", "Mutitu", "Kitui East"),
    ("Kitui", "Mutitu North", "Kitui East"),
    ("Kitui", "Mutomo", "Kitui South"),
    ("Kitui", "Mwingi East", "Mwingi Central"),
    ("Kitui", "Nzambani", "Kitui East"),
    ("Kitui", "Thagicu", "Mwingi North"),
    ("Kitui", "Tseikuru", "Mwingi North"),
    ("Kwale", "Samburu-Kwale", "Kinango"),
    ("Laikipia", "Laikipia Central", "Laikipia East"),
    ("Laikipia", "Nyahururu", "Laikipia West"),
    ("Makueni", "Kathonzweni", "Makueni"),
    ("Makueni", "Kibwezi", "Kibwezi East;Kibwezi West"),
    ("Makueni", "Kilungu", "Kaiti"),
    ("Makueni", "Makindu", "Kibwezi West"),
    ("Makueni", "Mbooni East", "Mbooni"),
    ("Makueni", "Mbooni West", "Mbooni"),
    ("Makueni", "Mukaa", "Kilome"),
    ("Makueni", "Nzaui", "Makueni"),
    ("Mandera", "Banisa", "Banissa"),
    ("Mandera", "Kutulo", "Mandera South"),
    ("Mandera", "Mandera Central", "Mandera South"),
    ("Marsabit", "Loiyangalani", "Laisamis"),
    ("Marsabit", "Marsabit Central", "Saku"),
    ("Marsabit", "Marsabit North", "North Horr"),
    ("Marsabit", "Marsabit South", "Laisamis"),
    ("Marsabit", "Sololo", "Moyale"),
    ("Meru", "Buuri East", "Buuri"),
    ("Meru", "Buuri West", "Buuri"),
    ("Meru", "Meru Central", "Imenti Central"),
    ("Meru", "Tigania Central", "Tigania West"),
    ("Murang'a", "Kahuro", "Kiharu"),
    ("Murang'a", "Murang'a East", "Kiharu"),
    ("Nairobi City", "Dagoretti", "Dagoretti North;Dagoretti South"),
    ("Nairobi City", "Embakasi", "Embakasi East;Embakasi South;Embakasi West"),
    ("Nairobi City", "Kasarani", "Kasarani;Roysambu;Ruaraka"),
    ("Nairobi City", "Njiru", "Embakasi Central;Embakasi North;Kasarani"),
    ("Nandi", "Nandi Central", "Emgwen"),
    ("Nandi", "Nandi East", "Nandi Hills"),
    ("Nandi", "Nandi North", "Mosop"),
    ("Nandi", "Nandi South", "Aldai"),
    ("Nyamira", "Nyamira South", "Nyamira"),
    ("Nyandarua", "Mirangine", "Olkalou"),
    ("Nyandarua", "Nyandarua Central", "Olkalou"),
    ("Nyandarua", "Nyandarua North", "Ndaragwa"),
    ("Nyandarua", "Nyandarua South", "Kinangop"),
    ("Nyandarua", "Nyandarua West", "Oljoroorok"),
    ("Siaya", "Siaya", "Alego Usonga"),
    ("Taita/Taveta", "Taita", "Wundanyi"),
    ("Tana River", "Tana Delta", "Garsen"),
    ("Tana River", "Tana North", "Bura"),
    ("Tana River", "Tana River", "Galole"),
    ("Tharaka-Nithi", "Maara", "Mwimbi;Muthambi"),
    ("Tharaka-Nithi", "Meru South", "Chuka"),
    ("Trans Nzoia", "Trans Nzoia East", "Cherangany"),
    ("Trans Nzoia", "Trans Nzoia West", "Saboti"),
    ("Wajir", "Buna", "Wajir North"),
    ("Wajir", "Habaswein", "Wajir South"),
    ("West Pokot", "Kipkomo", "Pokot South"),
];

/// Letters alone, in capitals: how names are held against each other.
#[must_use]
pub fn key(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphabetic).map(|c| c.to_ascii_uppercase()).collect()
}

/// The county of the census that the list writes so, when it is one of the five; else the name as it is.
#[must_use]
pub fn county_of_list(name: &str) -> &str {
    let wanted = key(name);
    COUNTIES.iter().find(|(_, list)| key(list) == wanted).map_or(name, |(census, _)| census)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_held_by_letters() {
        assert_eq!(key("Murang'a South"), key("MURANGA SOUTH"));
        assert_eq!(county_of_list("Nairobi"), "Nairobi City");
        assert_eq!(county_of_list("Kitui"), "Kitui");
    }

    #[test]
    fn no_row_stands_twice() {
        let mut rows: Vec<(&str, &str)> = SUB_COUNTIES.iter().map(|r| (r.0, r.1)).collect();
        rows.sort_unstable();
        assert!(rows.windows(2).all(|w| w[0] != w[1]));
    }
}
