//! Messages with every field filled, by their descriptors: a field that is added tomorrow is filled, too.
use std::sync::LazyLock;

use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};

/// What every text begins with.
pub(crate) const CANARY: &str = "canary-";

pub(crate) static POOL: LazyLock<DescriptorPool> =
    LazyLock::new(|| DescriptorPool::decode(api::FILE_DESCRIPTOR_SET).unwrap());

/// What the fields are filled with that access decides by.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Filling {
    /// Of every category field.
    pub(crate) category: domain::Category,
    /// Of every field `restricted` but those of members and links.
    pub(crate) restricted: bool,
    /// Of every mark.
    pub(crate) tlp: domain::Tlp,
    /// Whether agencies are listed.
    pub(crate) is_listed: bool,
    /// Whether there are caveats.
    pub(crate) has_caveats: bool,
}

/// An answer that a console may see in full.
pub(crate) const OPEN: Filling = Filling {
    category: domain::Category::Banditry,
    restricted: false,
    tlp: domain::Tlp::Amber,
    is_listed: false,
    has_caveats: false,
};

/// Every way in which an answer is not for a console.
pub(crate) const REDUCED: [Filling; 7] = [
    Filling { category: domain::Category::GenderBasedViolence, ..OPEN },
    Filling { category: domain::Category::ChildDefilement, restricted: true, ..OPEN },
    Filling { category: domain::Category::GenderBasedViolence, restricted: true, is_listed: true, ..OPEN },
    Filling { tlp: domain::Tlp::AmberStrict, ..OPEN },
    Filling { tlp: domain::Tlp::Red, ..OPEN },
    Filling { is_listed: true, ..OPEN },
    Filling { has_caveats: true, ..OPEN },
];

/// A message with every field filled; of the fields of a `oneof`, the one of this number.
pub(crate) fn filled<M: Message + Default>(name: &str, filling: Filling, choice: usize) -> M {
    let descriptor = POOL.get_message_by_name(name).unwrap_or_else(|| panic!("{name} is in the contract"));
    let mut filler = Filler { filling, choice, count: 0 };
    M::decode(filler.message(&descriptor).encode_to_vec().as_slice()).unwrap()
}

/// The most fields that a `oneof` of a message has; at least 1.
pub(crate) fn choices(name: &str) -> usize {
    let descriptor = POOL.get_message_by_name(name).unwrap();
    descriptor.oneofs().map(|oneof| oneof.fields().len()).max().unwrap_or(1)
}

/// Every field that is set, with all below it, as (message.field, text if it is one).
pub(crate) fn fields_set<M: Message>(name: &str, message: &M) -> Vec<(String, String)> {
    let descriptor = POOL.get_message_by_name(name).unwrap();
    let dynamic = DynamicMessage::decode(descriptor, message.encode_to_vec().as_slice()).unwrap();
    let mut found = Vec::new();
    collect(&dynamic, &mut found);
    found
}

fn collect(message: &DynamicMessage, found: &mut Vec<(String, String)>) {
    for (field, value) in message.fields() {
        let name = format!("{}.{}", message.descriptor().full_name(), field.name());
        let values = match value {
            Value::List(values) => values.as_slice(),
            single => std::slice::from_ref(single),
        };
        for value in values {
            found.push((name.clone(), text(value)));
            if let Value::Message(inner) = value {
                collect(inner, found);
            }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    }
}

struct Filler {
    filling: Filling,
    choice: usize,
    count: i32,
}

impl Filler {
    fn message(&mut self, descriptor: &MessageDescriptor) -> DynamicMessage {
        let mut message = DynamicMessage::new(descriptor.clone());
        let fields: Vec<_> = descriptor.fields().filter(|field| self.is_chosen(field)).collect();
        for field in fields {
            assert!(!field.is_map(), "{} is a map: fill it", field.full_name());
            let value = if field.is_list() { Value::List(self.list(&field)) } else { self.value(&field) };
            message.set_field(&field, value);
        }
        message
    }

    fn is_chosen(&self, field: &FieldDescriptor) -> bool {
        let Some(oneof) = field.containing_oneof() else { return true };
        oneof.fields().nth(self.choice % oneof.fields().len()).is_some_and(|chosen| chosen == *field)
    }

    fn list(&mut self, field: &FieldDescriptor) -> Vec<Value> {
        let is_empty = match field.full_name() {
            "jukwaa.domain.v1.Handling.releasable_to" => !self.filling.is_listed,
            "jukwaa.domain.v1.Handling.caveats" => !self.filling.has_caveats,
            _ => false,
        };
        let count = if is_empty { 0 } else { 2 };
        (0..count).map(|_| self.value(field)).collect()
    }

    fn value(&mut self, field: &FieldDescriptor) -> Value {
        self.count += 1;
        let count = self.count;
        match field.kind() {
            Kind::String => Value::String(format!("{CANARY}{count}")),
            Kind::Bytes => Value::Bytes(format!("{CANARY}{count}").into_bytes().into()),
            Kind::Bool => Value::Bool(self.flag(field)),
            Kind::Int32 => Value::I32(7_000 + count),
            Kind::Int64 => Value::I64(1_770_000_000 + i64::from(count)),
            Kind::Double => Value::F64(0.5 + f64::from(count)),
            Kind::Enum(of) => Value::EnumNumber(self.word(of.full_name())),
            Kind::Message(of) => Value::Message(self.message(&of)),
            other => panic!("{} is a {other:?}: fill it", field.full_name()),
        }
    }

    fn flag(&self, field: &FieldDescriptor) -> bool {
        match field.full_name() {
            "jukwaa.domain.v1.IncidentMember.restricted" | "jukwaa.domain.v1.LinkEvidence.restricted" => false,
            name if name.ends_with(".restricted") => self.filling.restricted,
            _ => true,
        }
    }

    fn word(&self, list: &str) -> i32 {
        match list {
            "jukwaa.domain.v1.Category" => self.filling.category.number(),
            "jukwaa.domain.v1.Tlp" => self.filling.tlp.number(),
            _ => 1,
        }
    }
}
