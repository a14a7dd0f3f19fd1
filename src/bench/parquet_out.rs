//! All runs as Parquet, one row a run, the trace left out: for analyses in Python, R or DuckDB.

use super::Record;
use parquet::basic::Compression;
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::parser::parse_message_type;
use std::sync::Arc;

const SCHEMA: &str = "message runs {
  required binary hash (UTF8); required binary instance (UTF8); required binary problem (UTF8); required binary setting (UTF8);
  required int64 seed; required int64 threads; required double limit; required double gap_asked; required binary status (UTF8);
  optional int64 exit; optional double value; optional double bound; optional double gap; required double wall; optional double cpu;
  optional double own_seconds; optional int64 peak_memory; optional double load; required binary cores (UTF8); required binary message (UTF8);
}";

/// The bytes of a Parquet file.
///
/// # Errors
/// The writer's, which does not happen in memory.
pub fn bytes(records: &[Record]) -> Result<Vec<u8>, ParquetError> {
    let schema = Arc::new(parse_message_type(SCHEMA)?);
    let properties = Arc::new(WriterProperties::builder().set_compression(Compression::UNCOMPRESSED).build());
    let mut writer = SerializedFileWriter::new(Vec::new(), schema, properties)?;
    let mut group = writer.next_row_group()?;
    let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    words(&mut group, records, |r| r.hash.clone())?;
    words(&mut group, records, |r| r.instance.clone())?;
    words(&mut group, records, |r| r.problem.clone())?;
    words(&mut group, records, |r| r.setting.clone())?;
    wholes(&mut group, records, true, |r| Some(whole(r.seed)))?;
    wholes(&mut group, records, true, |r| Some(i64::from(r.threads)))?;
    numbers(&mut group, records, true, |r| Some(r.limit))?;
    numbers(&mut group, records, true, |r| Some(r.gap_asked))?;
    words(&mut group, records, |r| r.status.word().into())?;
    wholes(&mut group, records, false, |r| r.exit.map(i64::from))?;
    numbers(&mut group, records, false, |r| r.value)?;
    numbers(&mut group, records, false, |r| r.bound)?;
    numbers(&mut group, records, false, |r| r.gap)?;
    numbers(&mut group, records, true, |r| Some(r.wall))?;
    numbers(&mut group, records, false, |r| r.cpu)?;
    numbers(&mut group, records, false, |r| r.own_seconds)?;
    wholes(&mut group, records, false, |r| r.peak_memory.map(whole))?;
    numbers(&mut group, records, false, |r| r.load)?;
    words(&mut group, records, super::page::cores)?;
    words(&mut group, records, |r| r.message.clone())?;
    group.close()?;
    writer.into_inner()
}

type Group<'a> = SerializedRowGroupWriter<'a, Vec<u8>>;

fn missing() -> ParquetError {
    ParquetError::General("the schema has fewer columns than are written".into())
}

fn words(group: &mut Group<'_>, records: &[Record], of: impl Fn(&Record) -> String) -> Result<(), ParquetError> {
    let values: Vec<ByteArray> = records.iter().map(|r| ByteArray::from(of(r).into_bytes())).collect();
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<ByteArrayType>().write_batch(&values, None, None)?;
    column.close()
}

fn wholes(group: &mut Group<'_>, records: &[Record], required: bool, of: impl Fn(&Record) -> Option<i64>) -> Result<(), ParquetError> {
    let values: Vec<i64> = records.iter().filter_map(&of).collect();
    let levels: Vec<i16> = records.iter().map(|r| i16::from(of(r).is_some())).collect();
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<Int64Type>().write_batch(&values, (!required).then_some(&levels), None)?;
    column.close()
}

fn numbers(group: &mut Group<'_>, records: &[Record], required: bool, of: impl Fn(&Record) -> Option<f64>) -> Result<(), ParquetError> {
    let values: Vec<f64> = records.iter().filter_map(&of).collect();
    let levels: Vec<i16> = records.iter().map(|r| i16::from(of(r).is_some())).collect();
    let mut column = group.next_column()?.ok_or_else(missing)?;
    column.typed::<DoubleType>().write_batch(&values, (!required).then_some(&levels), None)?;
    column.close()
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
