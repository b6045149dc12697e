//! Open and run: the projector and the reader of one process.
//!
//! Guarantees: once open, answers show everything that was readable when it opened; the one task it runs is awaited by `run`, which ends on
//! shutdown or with the error that stopped it. Never: listens; the server that owns the listener takes `service`.
use std::sync::Arc;

use api::TokenKey;
use api::query::v1::query_service_server::QueryServiceServer;
use eventlog::EventLog;
use store::Store;
use tokio::task::{JoinError, spawn_blocking};
use tokio_util::sync::CancellationToken;

use crate::config::QueryConfig;
use crate::grpc::QueryGrpc;
use crate::progress::Projection;
use crate::projector::{ProjectError, Projector, Step};
use crate::reader::Reader;
use crate::store_folder::{OpenStoreError, is_in_doubt};

/// What queries are made from.
#[derive(Clone, Debug)]
pub struct Engines {
    /// The logs.
    pub log: Arc<dyn EventLog>,
    /// The tables, opened with [`crate::tables::all`]; embedded, by [`crate::open_store`].
    pub store: Arc<dyn Store>,
}

/// Why queries could not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The tables are of another log, or have come further than this one reaches.
    #[error("the tables do not follow from the log beside them; open them anew")]
    InDoubt,
    /// Whether they do cannot be told.
    #[error("could not compare the tables with the log")]
    Compare(#[from] OpenStoreError),
    /// The facts that are there cannot be projected.
    #[error("could not project the facts")]
    Project(#[from] ProjectError),
}

/// Why queries ended before they were told to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Facts cannot be projected.
    #[error("could not project the facts")]
    Project(#[from] ProjectError),
    /// The projector's thread ended by itself.
    #[error("the projector did not end its step")]
    Task(#[from] JoinError),
}

/// The projector and the reader.
#[derive(Debug)]
pub struct Query {
    projector: Projector,
    reader: Reader,
    shutdown: CancellationToken,
}

impl Query {
    /// Opens: all that can fail before the server is ready. Projects what is readable; blocks.
    ///
    /// # Errors
    /// If the tables do not follow from the log, or cannot be brought up to it.
    pub fn open(
        config: QueryConfig,
        engines: Engines,
        token_key: TokenKey,
        shutdown: CancellationToken,
    ) -> Result<Self, OpenError> {
        let Engines { log, store } = engines;
        if is_in_doubt(log.as_ref(), store.as_ref())? {
            return Err(OpenError::InDoubt);
        }
        let mut projector = Projector::open(log, Arc::clone(&store), config.batch_facts_max.get())?;
        let ends = projector.ends();
        while !projector.has_reached(&ends) && !shutdown.is_cancelled() {
            projector.step()?;
        }
        let reader = Reader::new(store, projector.projection(), token_key, config);
        Ok(Self { projector, reader, shutdown })
    }

    /// The query layer, for services of this process that ask as well.
    #[must_use]
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// How far the tables have come.
    #[must_use]
    pub fn projection(&self) -> Projection {
        self.projector.projection()
    }

    /// The gRPC service.
    #[must_use]
    pub fn service(&self) -> QueryServiceServer<QueryGrpc> {
        QueryServiceServer::new(QueryGrpc::new(self.reader()))
    }

    /// Projects facts as they come, until told to stop.
    ///
    /// # Errors
    /// If facts cannot be projected; the process has to end then, since its answers would stay behind.
    pub async fn run(self) -> Result<(), RunError> {
        let Self { mut projector, shutdown, .. } = self;
        loop {
            tokio::select! {
                biased;
                () = shutdown.cancelled() => return Ok(()),
                () = projector.changed() => {}
            }
            let step: Result<Step, ProjectError>;
            (projector, step) = spawn_blocking(move || {
                let step = projector.step();
                (projector, step)
            })
            .await?;
            step?;
        }
    }
}
