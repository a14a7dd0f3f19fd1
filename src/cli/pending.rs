//! Signatures of rooms that this branch does not have yet, so that [`super::steps`] is compiled against them.
//! At the merge: point the `use` lines of `steps.rs` to `crate::` and delete this file.
#![allow(missing_docs, dead_code, clippy::needless_pass_by_value)]

/// What every function here answers.
#[derive(Debug, thiserror::Error)]
#[error("this part is not in this build yet")]
pub struct Absent;

pub mod io {
    use serde::Serialize;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "snake_case")]
    pub enum Severity {
        Error,
        Warning,
    }

    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Problem {
        pub code: String,
        pub severity: Severity,
        pub file: String,
        pub line: Option<u64>,
        pub column: Option<String>,
        pub value: Option<String>,
        pub message: String,
        pub remedy: String,
    }

    fn absent(file: &std::path::Path) -> Vec<Problem> {
        vec![Problem {
            code: "E999".into(),
            severity: Severity::Error,
            file: file.display().to_string(),
            line: None,
            column: None,
            value: None,
            message: super::Absent.to_string(),
            remedy: String::new(),
        }]
    }

    pub mod case_folder {
        use super::Problem;
        use super::folder_out::Extras;
        use super::scenario::ScenarioFile;
        use crate::network::Case;
        use std::path::Path;

        pub struct CaseRead {
            pub case: Case,
            pub scenario: ScenarioFile,
            pub name_en: Option<String>,
            pub warnings: Vec<Problem>,
        }

        impl CaseRead {
            pub fn extras(&self) -> Extras {
                Extras { name_en: self.name_en.clone(), scenario: self.scenario.table.clone() }
            }
        }

        pub fn read_case(folder: &Path) -> Result<CaseRead, Vec<Problem>> {
            Err(super::absent(folder))
        }
    }

    pub mod folder_out {
        use crate::network::Case;

        #[derive(Default)]
        pub struct Extras {
            pub name_en: Option<String>,
            pub scenario: toml::Table,
        }

        pub fn case_files(_case: &Case, _extras: &Extras) -> std::io::Result<Vec<(String, Vec<u8>)>> {
            Err(std::io::Error::other(super::super::Absent))
        }
    }

    pub mod import {
        use super::{Problem, case_folder::CaseRead};
        use std::path::Path;

        pub fn import_json(file: &Path) -> Result<CaseRead, Vec<Problem>> {
            Err(super::absent(file))
        }
    }

    pub mod plan_file {
        use super::Problem;
        use crate::network::Network;
        use crate::plan::ReferralPlan;
        use std::path::Path;

        pub fn read_plan(file: &Path, _network: Option<&Network>) -> Result<ReferralPlan, Vec<Problem>> {
            Err(super::absent(file))
        }

        pub fn plan_bytes(plan: &ReferralPlan) -> std::io::Result<Vec<u8>> {
            serde_json::to_vec(plan).map_err(std::io::Error::other)
        }
    }

    pub mod scenario {
        use super::Problem;
        use crate::network::Network;
        use crate::policy::Scenario;
        use std::path::Path;

        pub struct ScenarioFile {
            pub table: toml::Table,
            pub scenario: Scenario,
        }

        impl ScenarioFile {
            pub fn over(&self, _base: &Self) -> Result<Self, toml::de::Error> {
                Ok(Self { table: self.table.clone(), scenario: self.scenario.clone() })
            }
        }

        pub fn read_scenario(file: &Path, _network: Option<&Network>) -> Result<ScenarioFile, Vec<Problem>> {
            Err(super::absent(file))
        }
    }

    pub mod geojson {
        use crate::network::Network;
        use crate::plan::ReferralPlan;

        pub fn sites(_: &Network, _: Option<&ReferralPlan>) -> String {
            String::new()
        }
        pub fn settlements(_: &Network) -> String {
            String::new()
        }
        pub fn flows(_: &Network, _: &ReferralPlan) -> String {
            String::new()
        }
        pub fn areas(_: &Network) -> String {
            String::new()
        }
    }

    pub mod schema {
        use crate::plan::ReferralPlan;
        use crate::policy::{PolicyPack, Scenario};

        pub fn all() -> Vec<(&'static str, serde_json::Value)> {
            vec![
                ("plan.json", schemars::schema_for!(ReferralPlan).to_value()),
                ("scenario.toml", schemars::schema_for!(Scenario).to_value()),
                ("policy.toml", schemars::schema_for!(PolicyPack).to_value()),
            ]
        }
    }
}

pub mod indicators {
    use crate::demand::Problem;
    use crate::indicators::{Indicators, compute};
    use crate::plan::ReferralPlan;
    use crate::policy::PolicyPack;
    use crate::travel::Travel;

    pub fn compute_with_access(problem: &Problem, plan: &ReferralPlan, pack: &PolicyPack, _travel: &Travel) -> Indicators {
        compute(problem, plan, pack)
    }
}

pub mod plot {
    #[derive(Debug, Clone, Copy, PartialEq)]
    pub struct ParetoPoint {
        pub travel: f64,
        pub cost: f64,
    }
}

pub mod policy_pack {
    use crate::policy::PolicyPack;

    pub fn load(_name: &str) -> Result<PolicyPack, super::Absent> {
        Err(super::Absent)
    }
}

pub mod synth {
    use crate::network::Case;
    use crate::travel::Crs;

    #[derive(Debug, Clone, PartialEq)]
    pub struct SynthParams {
        pub seed: u64,
        pub prefectures: usize,
        pub provinces: usize,
        pub people_per_prefecture: u64,
        pub counties: usize,
        pub towns: usize,
        pub settlements: usize,
        pub settlements_per_clinic: usize,
        pub core_share: f64,
        pub rank_size: f64,
        pub density: f64,
        pub crs: Crs,
    }

    impl Default for SynthParams {
        fn default() -> Self {
            Self {
                seed: 1,
                prefectures: 1,
                provinces: 1,
                people_per_prefecture: 2_000_000,
                counties: 3,
                towns: 41,
                settlements: 140,
                settlements_per_clinic: 1,
                core_share: 0.44,
                rank_size: 0.6,
                density: 120.0,
                crs: Crs::Wgs84,
            }
        }
    }

    pub fn generate(_params: &SynthParams) -> Result<Case, super::Absent> {
        Err(super::Absent)
    }
}

pub mod backend {
    pub fn names() -> Vec<&'static str> {
        vec!["highs", "clarabel", "microlp"]
    }
}

pub mod referral {
    use crate::demand::Problem;
    use crate::indicators::Indicators;
    use crate::outcome::{Bounds, Limits, Observer, Termination};
    use crate::plan::ReferralPlan;
    use crate::plan::referral::ObjectiveParts;
    use crate::policy::{PolicyPack, Scenario};
    use serde::Serialize;

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
    pub enum Method {
        #[default]
        Auto,
        Text,
        Direct,
        Lazy,
        Decomposed,
    }

    #[derive(Debug, Clone)]
    pub struct SolveOptions {
        pub backend: String,
        pub method: Method,
        pub limits: Limits,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
    #[serde(rename_all = "snake_case")]
    pub enum RepairKind {
        Beds,
        Doctors,
        Minutes,
        Target,
        Service,
    }

    #[derive(Debug, Clone, PartialEq, Serialize)]
    pub struct Repair {
        pub kind: RepairKind,
        pub place: String,
        pub name: String,
        pub amount: f64,
        pub now: f64,
        pub yuan: Option<f64>,
        pub target: Option<String>,
    }

    #[derive(Debug, Clone, PartialEq, Default, Serialize)]
    pub struct Diagnosis {
        pub repairs: Vec<Repair>,
        pub bed_yuan: f64,
        pub doctor_yuan: f64,
    }

    #[derive(Debug, Clone)]
    pub struct ReferralSolution {
        pub termination: Termination,
        pub diagnosis: Option<Diagnosis>,
    }

    #[derive(Debug, Clone, Copy, PartialEq, Serialize)]
    pub struct ParetoPoint {
        pub cost_limit: f64,
        pub parts: ObjectiveParts,
        pub bounds: Bounds,
    }

    #[derive(Debug, Clone, PartialEq)]
    pub struct PlanInfo {
        pub scenario: Scenario,
        pub seconds: f64,
    }

    pub fn solve(_problem: &Problem, _options: &SolveOptions, _observer: &dyn Observer) -> Result<ReferralSolution, super::Absent> {
        Err(super::Absent)
    }

    pub fn frontier(
        _problem: &Problem,
        _options: &SolveOptions,
        _points: usize,
        _observer: &dyn Observer,
    ) -> Result<Vec<ParetoPoint>, super::Absent> {
        Err(super::Absent)
    }

    pub fn to_plan(
        _: &Problem,
        _: &crate::travel::Travel,
        _: &PolicyPack,
        _: &ReferralSolution,
        _info: PlanInfo,
    ) -> (ReferralPlan, Indicators) {
        unreachable!("there is no solution without `solve`")
    }
}

pub mod report {
    use super::plot::ParetoPoint;
    use crate::demand::Problem;
    use crate::indicators::Indicators;
    use crate::plan::ReferralPlan;
    use crate::policy::PolicyPack;

    pub struct ReportInput<'a> {
        pub problem: &'a Problem,
        pub plan: &'a ReferralPlan,
        pub indicators: &'a Indicators,
        pub pack: &'a PolicyPack,
        pub pareto: Option<&'a [ParetoPoint]>,
        pub violations: usize,
    }

    pub mod referral {
        pub fn write_bundle(_input: &super::ReportInput<'_>, _lang: &str) -> Result<Vec<(String, Vec<u8>)>, super::super::Absent> {
            Err(super::super::Absent)
        }
    }

    pub mod compare {
        pub fn write_bundle(_inputs: &[super::ReportInput<'_>], _lang: &str) -> Result<Vec<(String, Vec<u8>)>, super::super::Absent> {
            Err(super::super::Absent)
        }
    }
}
