//! The closed list of methods against the descriptors of the services.
use std::collections::BTreeSet;

use access::METHODS;

use crate::filled::POOL;

#[test]
fn every_method_of_the_contract_is_named_with_its_answer() {
    let services = POOL.services().filter(|service| service.full_name().starts_with("jukwaa."));
    let declared: BTreeSet<(String, String)> = services
        .flat_map(|service| service.methods().collect::<Vec<_>>())
        .map(|method| {
            let path = format!("{}/{}", method.parent_service().full_name(), method.name());
            (path, method.output().full_name().to_owned())
        })
        .collect();

    let named: BTreeSet<_> = METHODS.iter().map(|method| (method.path.to_owned(), method.answer.to_owned())).collect();

    assert_eq!(named, declared);
    assert_eq!(named.len(), METHODS.len(), "a method is named twice");
}
