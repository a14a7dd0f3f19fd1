//! Tables in columns with named types, and Parquet files of them, written one batch of rows at a time so that memory stays small.

use std::sync::Arc;

/// Type of a column; every column may have gaps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8 text.
    Words,
    /// Floating-point numbers.
    Number,
    /// Whole numbers, 64 bits with sign.
    Whole,
}

/// A cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Text; rows share it where they say the same.
    Words(Arc<str>),
    /// A number.
    Number(f64),
    /// A whole number.
    Whole(i64),
    /// Nothing known.
    None,
}

impl From<&str> for Value {
    fn from(s: &str) -> Self {
        Self::Words(s.into())
    }
}

impl From<String> for Value {
    fn from(s: String) -> Self {
        Self::Words(s.into())
    }
}

impl From<f64> for Value {
    fn from(n: f64) -> Self {
        Self::Number(n)
    }
}

impl<T: Into<Self>> From<Option<T>> for Value {
    fn from(v: Option<T>) -> Self {
        v.map_or(Self::None, Into::into)
    }
}

impl From<u64> for Value {
    fn from(n: u64) -> Self {
        i64::try_from(n).map_or(Self::None, Self::Whole)
    }
}

impl From<i64> for Value {
    fn from(n: i64) -> Self {
        Self::Whole(n)
    }
}

/// A named column.
pub type Column = (String, Kind);

#[cfg(feature = "parquet")]
pub use with_parquet::{ParquetFile, to_parquet};

#[cfg(feature = "parquet")]
mod with_parquet {
    use super::{Column, Kind, Value};
    use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
    use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
    use parquet::errors::ParquetError;
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::types::Type;
    use std::io::Write;
    use std::sync::Arc;

    /// Rows of a row group.
    const GROUP: usize = 25_000;

    /// A Parquet file in the making. Strings are kept in dictionaries, nothing is compressed further.
    pub struct ParquetFile<W: Write + Send> {
        writer: SerializedFileWriter<W>,
        columns: Vec<Column>,
        rows: Vec<Vec<Value>>,
    }

    impl<W: Write + Send> ParquetFile<W> {
        /// Begins a file.
        ///
        /// # Errors
        /// Of the disk.
        pub fn new(name: &str, columns: &[Column], out: W) -> Result<Self, ParquetError> {
            let fields = columns.iter().map(|(name, kind)| {
                let (physical, logical) = match kind {
                    Kind::Words => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                    Kind::Number => (Physical::DOUBLE, None),
                    Kind::Whole => (Physical::INT64, None),
                };
                let field = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL).with_logical_type(logical);
                field.build().map(Arc::new)
            });
            let fields = fields.collect::<Result<Vec<_>, _>>()?;
            let schema = Arc::new(Type::group_type_builder(name).with_fields(fields).build()?);
            let properties = Arc::new(WriterProperties::builder().set_compression(Compression::UNCOMPRESSED).build());
            Ok(Self { writer: SerializedFileWriter::new(out, schema, properties)?, columns: columns.to_vec(), rows: Vec::new() })
        }

        /// Adds a row; a cell of another type than its column is a gap.
        ///
        /// # Errors
        /// Of the disk.
        pub fn push(&mut self, row: Vec<Value>) -> Result<(), ParquetError> {
            self.rows.push(row);
            if self.rows.len() >= GROUP { self.flush() } else { Ok(()) }
        }

        /// Ends the file and hands back what it was written to.
        ///
        /// # Errors
        /// Of the disk.
        pub fn finish(mut self) -> Result<W, ParquetError> {
            self.flush()?;
            self.writer.into_inner()
        }

        fn flush(&mut self) -> Result<(), ParquetError> {
            if self.rows.is_empty() {
                return Ok(());
            }
            let mut group = self.writer.next_row_group()?;
            for (c, (_, kind)) in self.columns.iter().enumerate() {
                let cells = || self.rows.iter().map(|r| r.get(c).unwrap_or(&Value::None));
                let mut column =
                    group.next_column()?.ok_or_else(|| ParquetError::General("the schema has fewer columns than are written".into()))?;
                let mut levels: Vec<i16> = Vec::with_capacity(self.rows.len());
                match kind {
                    Kind::Words => {
                        let mut values: Vec<ByteArray> = Vec::new();
                        // keys stand in row after row
                        let mut before: Option<(&Arc<str>, ByteArray)> = None;
                        for cell in cells() {
                            let value = match (cell, &before) {
                                (Value::Words(w), Some((same, bytes))) if Arc::ptr_eq(w, same) => Some(bytes.clone()),
                                (Value::Words(w), _) => {
                                    let bytes = ByteArray::from(w.as_bytes().to_vec());
                                    before = Some((w, bytes.clone()));
                                    Some(bytes)
                                }
                                _ => None,
                            };
                            levels.push(i16::from(value.is_some()));
                            values.extend(value);
                        }
                        column.typed::<ByteArrayType>().write_batch(&values, Some(&levels), None)?;
                    }
                    Kind::Number => {
                        let mut values = Vec::new();
                        for cell in cells() {
                            #[allow(clippy::cast_precision_loss)] // counts
                            let value = match cell {
                                Value::Number(n) if n.is_finite() => Some(*n),
                                Value::Whole(n) => Some(*n as f64),
                                _ => None,
                            };
                            levels.push(i16::from(value.is_some()));
                            values.extend(value);
                        }
                        column.typed::<DoubleType>().write_batch(&values, Some(&levels), None)?;
                    }
                    Kind::Whole => {
                        let mut values = Vec::new();
                        for cell in cells() {
                            let value = if let Value::Whole(n) = cell { Some(*n) } else { None };
                            levels.push(i16::from(value.is_some()));
                            values.extend(value);
                        }
                        column.typed::<Int64Type>().write_batch(&values, Some(&levels), None)?;
                    }
                }
                column.close()?;
            }
            group.close()?;
            self.rows.clear();
            Ok(())
        }
    }

    impl<W: Write + Send> std::fmt::Debug for ParquetFile<W> {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.debug_struct("ParquetFile").field("columns", &self.columns).field("waiting", &self.rows.len()).finish_non_exhaustive()
        }
    }

    /// The bytes of a Parquet file of rows.
    ///
    /// # Errors
    /// The writer's, which does not happen in memory.
    pub fn to_parquet(name: &str, columns: &[Column], rows: impl Iterator<Item = Vec<Value>>) -> Result<Vec<u8>, ParquetError> {
        let mut file = ParquetFile::new(name, columns, Vec::new())?;
        for row in rows {
            file.push(row)?;
        }
        file.finish()
    }
}
