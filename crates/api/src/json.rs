//! Proto JSON: the standard proto3 mapping, lowerCamelCase out, both spellings in, unknown fields refused.

use std::sync::LazyLock;

use prost_reflect::{DescriptorPool, DeserializeOptions, DynamicMessage, MessageDescriptor, SerializeOptions};

static POOL: LazyLock<Option<DescriptorPool>> =
    LazyLock::new(|| DescriptorPool::decode(crate::FILE_DESCRIPTOR_SET).ok());

/// A text that is no JSON of a message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseJsonError {
    /// Not JSON, or not of this message.
    #[error("{reason}")]
    Malformed {
        /// What the reader said.
        reason: String,
    },
    /// The contract knows no such message.
    #[error("{message} is not a message of the contract")]
    UnknownMessage {
        /// Its full name.
        message: String,
    },
}

fn descriptor(message: &str) -> Result<MessageDescriptor, ParseJsonError> {
    let found = POOL.as_ref().and_then(|pool| pool.get_message_by_name(message));
    found.ok_or_else(|| ParseJsonError::UnknownMessage { message: message.to_owned() })
}

/// Reads a message, named in full such as `jukwaa.domain.v1.Report`, from its JSON.
///
/// # Errors
/// If the text is no JSON of that message, or names a field that it does not have.
pub fn message_from_json<M: prost::Message + Default>(message: &str, text: &str) -> Result<M, ParseJsonError> {
    let malformed = |reason: String| ParseJsonError::Malformed { reason };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let options = DeserializeOptions::new().deny_unknown_fields(true);
    let dynamic = DynamicMessage::deserialize_with_options(descriptor(message)?, &mut deserializer, &options)
        .map_err(|error| malformed(error.to_string()))?;
    deserializer.end().map_err(|error| malformed(error.to_string()))?;
    dynamic.transcode_to().map_err(|error| malformed(error.to_string()))
}

/// Writes a message, named in full, as one line of JSON; fields that are not set are left out.
///
/// # Errors
/// If the contract knows no such message.
pub fn message_to_json<M: prost::Message>(message: &str, value: &M) -> Result<String, ParseJsonError> {
    let malformed = |reason: String| ParseJsonError::Malformed { reason };
    let mut dynamic = DynamicMessage::new(descriptor(message)?);
    dynamic.transcode_from(value).map_err(|error| malformed(error.to_string()))?;
    let mut bytes = Vec::new();
    let mut serializer = serde_json::Serializer::new(&mut bytes);
    dynamic
        .serialize_with_options(&mut serializer, &SerializeOptions::new())
        .map_err(|error| malformed(error.to_string()))?;
    String::from_utf8(bytes).map_err(|error| malformed(error.to_string()))
}
