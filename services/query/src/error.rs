//! What can fail while a question is answered.
use crate::page_token::OpenTokenError;

/// Rows that could not be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The engine failed.
    #[error(transparent)]
    Store(#[from] store::ReadError),
    /// What is stored is not what its table holds.
    #[error("a row of {table} does not hold what the table does")]
    Payload {
        /// The table.
        table: &'static str,
        /// What is wrong with it.
        #[source]
        source: prost::DecodeError,
    },
    /// A key of a list does not have the form of its table.
    #[error("a key of {table} does not have the form of the table")]
    Key {
        /// The table.
        table: &'static str,
    },
}

/// A page that could not be given.
#[derive(Debug, thiserror::Error)]
pub enum ListError {
    /// The page token is not good.
    #[error(transparent)]
    Token(#[from] OpenTokenError),
    /// The rows could not be read.
    #[error(transparent)]
    Read(#[from] ReadError),
}

impl From<store::ReadError> for ListError {
    fn from(error: store::ReadError) -> Self {
        Self::Read(error.into())
    }
}
