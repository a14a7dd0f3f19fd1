//! The numbered rules that input is held against. A code never changes its meaning; a retired one is not used again.
//!
//! `docs/problems.md` is written from this table, and a test fails when it is stale.

use super::problem::Severity::{self, Error, Warning};

/// A rule: its code, how bad a breach is, what it says and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Stable code.
    pub code: &'static str,
    /// How bad a breach is, unless the place says otherwise.
    pub severity: Severity,
    /// What is wrong when it is broken.
    pub title: &'static str,
    /// What to do when nothing more exact is known.
    pub remedy: &'static str,
}

macro_rules! rules {
    ($($name:ident $code:literal $severity:ident $title:literal, $remedy:literal;)*) => {
        $(#[doc = concat!($code, ": ", $title, ".")]
        pub const $name: Rule = Rule { code: $code, severity: $severity, title: $title, remedy: $remedy };)*

        /// All rules, by code.
        pub const ALL: &[Rule] = &[$($name),*];
    };
}

rules! {
    // 00-09: folders and files
    FOLDER_MISSING "E001" Error "The case folder does not exist", "check the path; `fenji generate` or `fenji import` makes a case folder";
    FOLDER_NOT_A_FOLDER "E002" Error "A file was given where a case folder is wanted", "give the folder that holds case.toml; a JSON file is taken by `fenji import`";
    FILE_MISSING "E003" Error "A file that every case needs is missing", "add the file; docs/case-folder.md lists the columns";
    FILE_UNREADABLE "E004" Error "A file cannot be read", "give yourself the right to read it, and check that the disk is sound";
    FILE_NOT_A_FILE "E005" Error "A folder or device stands where a file is wanted", "replace it by a plain file";
    LINK_LOOP "E006" Error "A symbolic link leads nowhere or in a circle", "replace the link by the file itself";
    FILE_EMPTY "E007" Error "A file is empty", "write the header and at least one row";
    FILE_TOO_LARGE "E008" Error "A file is larger than any of its kind", "check that it is the right file";
    FILE_UNUSED "E009" Warning "A table stands in the folder that the case does not use", "remove it, or switch on in case.toml what needs it";

    // 10-19: encodings
    ENCODING_GB18030 "E010" Error "The text is GBK/GB18030, not UTF-8", "convert it to UTF-8";
    ENCODING_UTF16 "E011" Error "The text is UTF-16, not UTF-8", "convert it to UTF-8";
    ENCODING_UNKNOWN "E012" Error "The text is not UTF-8", "save it as UTF-8";
    NUL_BYTE "E013" Error "A NUL byte stands in the text", "this is not a text file, or it is damaged: export the table again";

    // 20-29: the shape of tables
    COLUMN_MISSING "E020" Error "A column that the table needs is missing", "add the column; docs/case-folder.md lists all of them";
    COLUMN_UNKNOWN "E021" Error "The table has a column nobody knows", "rename or remove it; docs/case-folder.md lists all columns";
    COLUMN_TWICE "E022" Error "A column stands in the header twice", "remove one of them";
    ROW_RAGGED "E023" Error "A row has more or fewer cells than the header", "give the row as many cells as the header; put text with commas in double quotes";
    TABLE_EMPTY "E024" Error "A table has a header and no rows", "add rows, or remove the file if the table is optional";
    TABLE_TOO_LONG "E025" Error "A table has more rows than the limit", "split the case, or raise the limit when the machine has the memory";
    QUOTES_BROKEN "E026" Error "Double quotes do not pair up", "double each quote inside quoted text, and close each quoted cell";
    LINE_TOO_LONG "E027" Error "A line is longer than any table has", "check that lines end in a line feed and that quotes pair up";

    // 30-39: cells
    CELL_EMPTY "E030" Error "A cell that must be filled is empty", "fill the cell";
    NOT_A_NUMBER "E031" Error "A number is wanted", "write digits with a decimal point, without thousands separators or units";
    NOT_FINITE "E032" Error "NaN or infinity is not a number of record", "write the number, or leave the cell empty where the column is optional";
    NOT_AN_INTEGER "E033" Error "A whole number is wanted", "write it without decimals";
    NEGATIVE "E034" Error "The number must not be negative", "write zero or a positive number";
    OUT_OF_RANGE "E035" Error "The number is outside of what is possible", "check the unit and the digits";
    WORD_UNKNOWN "E036" Error "The cell holds none of the words this column knows", "use one of the words listed";
    CONTROL_CHARACTER "E037" Error "The text holds control characters", "remove line feeds, tabs and invisible marks from the cell";
    TIER_MISSING "E038" Error "The facility has no tier", "write one of V S T C K D M P R N";
    TIER_UNKNOWN "E039" Error "The tier is unknown", "write one of V S T C K D M P R N";

    // 40-49: TOML files
    TOML_SYNTAX "E040" Error "The file is not valid TOML", "mend the line; text stands in double quotes, lists in brackets";
    TOML_KEY_UNKNOWN "E041" Error "A key nobody knows", "rename or remove it; docs/case-folder.md lists all keys";
    TOML_KEY_MISSING "E042" Error "A key that must be given is missing", "add the key";
    TOML_WRONG_TYPE "E043" Error "The value of a key is of the wrong kind, or none of the words it knows", "give the key what the message names";
    FORMAT_VERSION "E044" Error "The case folder is of another format version", "this program reads format = 1";
    POLICY_UNKNOWN "E045" Error "The policy pack is unknown", "use one of the packs listed";
    SETTING_OUT_OF_RANGE "E046" Error "A setting is outside of its range", "bring it into the range the message names";
    SHARES_SUM "E047" Error "Shares that must sum to 1 do not", "scale them so that they sum to 1";
    YEAR_ODD "E048" Error "The year is not one this program can speak of", "write a year from 1949 to 2100";
    NAME_UNKNOWN "E049" Error "A name in the file is not in the case", "use a name of the case's tables";

    // 50-59: ids and references
    ID_TWICE "E050" Error "An id stands in the table twice", "give each row an id of its own";
    AREA_UNKNOWN "E051" Error "The area is not in areas.csv", "add the area, or correct the id";
    TOWN_UNKNOWN "E052" Error "The township is not in townships.csv", "add the township, or correct the id";
    PLACE_UNKNOWN "E053" Error "The id is neither of a settlement nor of a facility as this column wants", "add the row, or correct the id";
    CLASS_UNKNOWN "E054" Error "The case class is unknown", "use the codes of classes.csv, or of the twelve defaults";
    TOWN_OF_OTHER_AREA "E055" Error "The township lies in another area than the row says", "make area and town agree";
    NODE_UNKNOWN "E056" Error "The road node is not in road_nodes.csv", "add the node, or remove the edge";
    AREA_WITHOUT_PEOPLE "E057" Warning "The area has no settlements", "add its settlements, or remove the area";
    TIER_TWICE "E058" Error "A tier stands in tiers.csv twice", "keep one row per tier";

    // 60-69: positions
    POSITION_RANGE "E060" Error "The position is outside of the coordinate system", "longitude is -180 to 180, latitude -90 to 90, plane kilometres -20,000 to 20,000";
    POSITION_SWAPPED "E061" Error "Longitude and latitude are swapped", "swap the two cells";
    POSITION_FAR "E062" Error "The position is far from all the rest, perhaps in the sea", "check the coordinates of the row";
    POSITION_ZERO "E063" Warning "The position is 0, 0, which is often a missing value", "check the coordinates of the row";
    PLANAR_LOOKS_GEOGRAPHIC "E064" Warning "The case is planar but its numbers look like longitudes and latitudes", "write crs = \"wgs84\" and columns lon, lat, or give kilometres";
    GEOGRAPHIC_LOOKS_PLANAR "E065" Error "The case is geographic but its numbers look like kilometres", "write crs = \"planar_km\" and columns x, y, or give degrees";
    POSITION_FAR_FROM_TOWN "E066" Warning "The settlement is far from the seat of its township", "check the coordinates of both rows";

    // 70-79: people and facilities
    NOBODY "E070" Error "Nobody lives in the case", "fill the populations";
    TOWN_TOTAL "E071" Error "The settlements of a township do not sum to its population of record", "correct the settlements or the township";
    AREA_WANTED "E072" Error "A facility up to the city tier needs an area", "write the id of the area it stands in";
    AREA_UNWANTED "E073" Warning "A provincial, regional or national centre has an area", "leave the area empty: the centre serves all areas";
    TOWN_WANTED "E074" Error "A clinic, station or township centre needs a township", "write the id of its township";
    BEDS_AT_CLINIC "E075" Warning "A clinic or station has beds, which are not used: it admits nobody", "set its beds to 0, or correct the tier";
    PART_EXCEEDS_WHOLE "E076" Error "A part is larger than its whole", "correct one of the two numbers";
    NO_FACILITIES "E077" Error "There is no facility to go to", "add facilities";
    CLASS_RANKS "E078" Error "A case class starts above the rank where it ends", "lowest_rank must not exceed highest_rank; both are 1 to 7";
    CLASS_UNSERVED "E079" Warning "No facility can treat a case class", "add a facility of a rank from lowest_rank to highest_rank, or correct the class";

    // 80-89: arcs, times and roads
    UP_NOT_RISING "E080" Error "An up arc does not rise in rank", "up arcs lead to a higher rank; use kind `down` for the way back";
    CYCLE "E081" Error "The referral hierarchy has a cycle", "remove one of the arcs named";
    ARC_TWICE "E082" Error "An arc or time stands in the table twice", "remove one of the two rows";
    SELF_LOOP "E083" Error "A row leads from a place to itself", "remove the row";
    DOWN_NOT_FALLING "E084" Error "A down arc does not fall in rank", "down arcs lead to a lower rank; use kind `up` for the way up";
    NO_FIRST_CONTACT "E085" Warning "A settlement has no first-contact arc: all its cases go without access", "add arcs of kind `first` from it";
    CUT_OFF "E086" Error "A settlement cannot reach any facility", "join its part of the network to the rest, or add times from it";
    SPEEDS_BROKEN "E087" Error "The speed classes do not rise to a class without limit", "sort speeds by below_km; only the last class has no below_km";

    // 90-99: JSON files and plans
    JSON_SYNTAX "E090" Error "The file is not valid JSON, or it is cut short", "export it again";
    JSON_SHAPE "E091" Error "The JSON has another shape than expected here", "compare with the schema (`fenji schema`)";
    PLAN_VERSION "E092" Error "The plan is of another version", "make the plan again with this version of the program";
    PLAN_OTHER_CASE "E093" Error "The plan speaks of another case", "give the case folder the plan was made from";
    JSON_KEY_UNKNOWN "E094" Warning "The JSON has a key nobody reads", "remove it if it is a slip";
    PLAN_BROKEN "E095" Error "The plan contradicts itself", "make the plan again";

    // 96-99: scenarios
    TARGET_BOTH "E096" Error "A target is set and switched off in one scenario", "remove it from targets or from targets_off";
    SWITCH_WITHOUT_DATA "E097" Warning "A switch is on that the tables give nothing to work on", "fill the column, or leave the switch off";
    ROWS_LEFT_OUT "E098" Warning "Rows of a foreign table were left out, or placed by a rule", "nothing, when the rule serves; else fill the cells it names";
    MODEL_LACKS "E099" Error "What was asked for needs something that neither the tables nor the command give", "add it, or ask for other areas";

    // 100-109: location instances
    LOCATION_FORMAT "E100" Error "The file is in none of the formats of location instances", "name the format with --format; docs/location-files.md describes each";
    LOCATION_SHORT "E101" Error "The file ends before everything it announces", "it was cut short, or its first line announces too much: get it again, or correct the counts";
    LOCATION_LONG "E102" Error "The file goes on after everything it announces", "correct the counts of its first line, or remove what is too much";
    LOCATION_COUNT "E103" Error "A count is not possible", "correct the count";
    LOCATION_LACKS "E104" Error "The file lacks what the question needs", "add it to the file, or ask another question";
    LOCATION_TOO_LARGE "E105" Error "The table of distances would not fit", "give points (CSV or TSPLIB), whose distances are not stored, or split the instance";
    LOCATION_NODE "E106" Error "The node number is outside of the graph", "nodes are numbered from 1 to the count in the first line";
    LOCATION_OTHER "E107" Error "The solution was made from another instance", "give the file the solution was made from";
    LOCATION_SECTION "E108" Error "A section or keyword is missing or not one this program reads", "compare with docs/location-files.md";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_rise() {
        assert!(ALL.windows(2).all(|w| w[0].code < w[1].code));
        assert!(ALL.iter().all(|r| !r.title.ends_with('.') && !r.remedy.ends_with('.') && !r.remedy.is_empty()));
    }
}
