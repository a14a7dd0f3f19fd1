//! All runs as Parquet, one row a run, the trace left out: for analyses in Python, R or DuckDB.

use super::Record;
use crate::io::frame::{Column, Kind, Value, to_parquet};
use parquet::errors::ParquetError;

/// The bytes of a Parquet file.
///
/// # Errors
/// The writer's, which does not happen in memory.
pub fn bytes(records: &[Record]) -> Result<Vec<u8>, ParquetError> {
    let columns: Vec<Column> = [
        ("hash", Kind::Words),
        ("instance", Kind::Words),
        ("problem", Kind::Words),
        ("setting", Kind::Words),
        ("seed", Kind::Whole),
        ("threads", Kind::Whole),
        ("limit", Kind::Number),
        ("gap_asked", Kind::Number),
        ("status", Kind::Words),
        ("exit", Kind::Whole),
        ("value", Kind::Number),
        ("bound", Kind::Number),
        ("gap", Kind::Number),
        ("wall", Kind::Number),
        ("cpu", Kind::Number),
        ("own_seconds", Kind::Number),
        ("peak_memory", Kind::Whole),
        ("load", Kind::Number),
        ("cores", Kind::Words),
        ("message", Kind::Words),
    ]
    .map(|(name, kind)| (name.to_owned(), kind))
    .to_vec();
    to_parquet("runs", &columns, records.iter().map(row))
}

fn row(r: &Record) -> Vec<Value> {
    let mut row: Vec<Value> = [&r.hash, &r.instance, &r.problem, &r.setting].map(|s| Value::from(s.as_str())).to_vec();
    row.extend([Value::from(r.seed), i64::from(r.threads).into(), r.limit.into(), r.gap_asked.into()]);
    row.extend([Value::from(r.status.word()), r.exit.map(i64::from).into()]);
    row.extend([r.value, r.bound, r.gap, Some(r.wall), r.cpu, r.own_seconds].map(Value::from));
    row.extend([Value::from(r.peak_memory), r.load.into(), super::page::cores(r).into(), r.message.as_str().into()]);
    row
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::bench::Status;
    use crate::bench::collect::tests::record;
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::RowAccessor;

    #[test]
    fn what_is_written_reads_back() {
        let mut second = record("y", "b", 2.5, Status::Failed);
        second.value = None;
        let path = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(path.path(), bytes(&[record("x", "a", 1.0, Status::Solved), second]).unwrap()).unwrap();
        let reader = SerializedFileReader::new(std::fs::File::open(path.path()).unwrap()).unwrap();
        let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].get_string(1).unwrap().as_str(), rows[0].get_double(10).unwrap()), ("x", 100.0));
        assert_eq!((rows[1].get_string(8).unwrap().as_str(), rows[1].get_double(13).unwrap()), ("failed", 2.5));
        assert!(rows[1].get_double(10).is_err(), "no value is no number");
    }
}
