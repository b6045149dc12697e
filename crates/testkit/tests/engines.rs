//! Engines start through the scripts, keep their data over a kill, end with whoever started them, and say what is missing.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::config::ClientConfig;
use rdkafka::consumer::{BaseConsumer, Consumer as _};
use rdkafka::producer::{BaseProducer, BaseRecord, Producer as _};
use rdkafka::{Message as _, Offset, TopicPartitionList};
use tempfile::TempDir;
use testkit::engines::{self, Cassandra, Kafka};
use testkit::wait_for;

/// Set in a process that starts a broker and then ends in the way that this says.
const CHILD: &str = "JUKWAA_ENGINES_CHILD";
/// Far more than a write to a broker takes; only shows that it ends.
const WRITE_MAX: Duration = Duration::from_secs(30);

#[tokio::test]
async fn record_outlives_the_kill_of_its_broker_and_a_stop_leaves_nothing() {
    let kafka = Kafka::start(1);
    let folder = kafka.folder().to_owned();
    create_topic(kafka.bootstrap_servers(), "records").await;
    write(kafka.bootstrap_servers(), "records", "a raid at Kapedo");

    kafka.kill(1);
    assert!(!is_served(kafka.bootstrap_servers()));
    kafka.restart(1);

    assert_eq!(read(kafka.bootstrap_servers(), "records", 1).await, ["a raid at Kapedo"]);
    assert_eq!(processes_of(&folder), 1);
    kafka.stop();
    assert_eq!(processes_of(&folder), 0);
    assert!(!folder.exists());
}

#[tokio::test]
async fn two_of_three_brokers_take_a_record_while_the_third_is_frozen() {
    let kafka = Kafka::start(3);
    create_topic(kafka.bootstrap_servers(), "records").await;
    write(kafka.bootstrap_servers(), "records", "before");

    kafka.freeze(2);
    write(kafka.bootstrap_servers(), "records", "meanwhile");
    kafka.thaw(2);

    assert_eq!(read(kafka.bootstrap_servers(), "records", 2).await, ["before", "meanwhile"]);
}

#[test]
fn node_of_cassandra_answers_again_after_a_kill_and_leaves_nothing() {
    let cassandra = Cassandra::start();
    let folder = cassandra.folder().to_owned();
    assert!(answers_cql(cassandra.contact_point()));

    cassandra.kill();
    assert!(!is_served(cassandra.contact_point()));
    cassandra.restart();
    assert!(answers_cql(cassandra.contact_point()));
    cassandra.freeze();
    cassandra.thaw();
    assert!(answers_cql(cassandra.contact_point()));
    cassandra.stop();

    assert_eq!(processes_of(&folder), 0);
    assert!(!folder.exists());
}

#[tokio::test]
async fn shared_engines_serve_side_by_side() {
    let topic = engines::unique_name("side_by_side");

    create_topic(engines::kafka(), &topic).await;
    write(engines::kafka(), &topic, "a raid at Kapedo");

    assert_eq!(read(engines::kafka(), &topic, 1).await, ["a raid at Kapedo"]);
    assert!(answers_cql(engines::cassandra()));
}

#[tokio::test]
async fn engine_of_a_killed_test_ends_with_it() {
    if std::env::var_os(CHILD).is_some() {
        let kafka = Kafka::start(1);
        println!("\nfolder={}", kafka.folder().display());
        std::thread::park();
    }
    let (mut child, folder) = start_child("engine_of_a_killed_test_ends_with_it");
    assert_eq!(processes_of(&folder), 1);

    child.kill().unwrap();
    child.wait().unwrap();

    wait_for("the end of the broker", async || (processes_of(&folder) == 0 && !folder.exists()).then_some(())).await;
}

#[tokio::test]
async fn shared_engine_of_a_panicking_test_ends_with_its_process() {
    if std::env::var_os(CHILD).is_some() {
        println!("\nfolder=127.0.0.1 {}", engines::kafka());
        panic!("as this test wants");
    }
    let (mut child, said) = start_child("shared_engine_of_a_panicking_test_ends_with_its_process");
    let address = said.to_str().unwrap().split_once(' ').unwrap().1.to_owned();

    assert!(!child.wait().unwrap().success());

    wait_for("the end of the broker", async || (!is_served(&address)).then_some(())).await;
}

#[test]
fn missing_or_broken_java_is_named_with_its_cure() {
    let broken = fake("bin/java");
    for (home, fault) in [(Path::new("/nonexistent"), "Java is missing"), (broken.path(), "Java is broken")] {
        let folder = std::env::temp_dir().join(engines::unique_name("jukwaa-no-java"));

        let ran = script("start-kafka").arg(&folder).env("JAVA_HOME", home).output().unwrap();

        refused(&ran, &[fault, "install openjdk-17-jre-headless"]);
        assert!(!folder.exists(), "nothing is written");
    }
}

#[test]
fn broken_maven_is_named_with_its_cure() {
    let empty = tempfile::tempdir().unwrap();
    let broken = fake("mvn");
    let path = format!("{}:{}", broken.path().display(), std::env::var("PATH").unwrap());

    let ran =
        script("start-cassandra").arg(empty.path()).env("PATH", path).env("JUKWAA_ENGINES_JARS", empty.path()).output();

    refused(&ran.unwrap(), &["Maven is broken", "install maven"]);
}

#[test]
fn jar_with_another_digest_is_refused_by_name() {
    let jars = tempfile::tempdir().unwrap();
    let folder = jars.path().join("kafka");
    fs::create_dir(&folder).unwrap();
    for line in fs::read_to_string(dev().join("kafka/jars.sha256")).unwrap().lines() {
        fs::write(folder.join(line.split_whitespace().nth(1).unwrap()), "not a jar").unwrap();
    }

    let ran = script("start-kafka").arg(jars.path()).env("JUKWAA_ENGINES_JARS", jars.path()).output();

    refused(&ran.unwrap(), &["refused", "kafka-clients-4.1.0.jar", "remove the folder to fetch them again"]);
}

async fn create_topic(servers: &str, name: &str) {
    let admin: AdminClient<_> = ClientConfig::new().set("bootstrap.servers", servers).create().unwrap();
    let copies = i32::try_from(servers.split(',').count()).unwrap();
    let topic = NewTopic::new(name, 1, TopicReplication::Fixed(copies));
    let made = admin.create_topics([&topic], &AdminOptions::new()).await.unwrap();
    assert_eq!(made, [Ok(name.to_owned())]);
}

/// What was not acknowledged is not read back.
fn write(servers: &str, topic: &str, payload: &str) {
    let mut settings = ClientConfig::new();
    let producer: BaseProducer = settings.set("bootstrap.servers", servers).set("acks", "all").create().unwrap();
    producer.send(BaseRecord::<(), _>::to(topic).payload(payload)).unwrap();
    producer.flush(WRITE_MAX).unwrap();
}

async fn read(servers: &str, topic: &str, count: usize) -> Vec<String> {
    let mut settings = ClientConfig::new();
    let reader: BaseConsumer = settings.set("bootstrap.servers", servers).set("group.id", "reader").create().unwrap();
    let mut partitions = TopicPartitionList::new();
    partitions.add_partition_offset(topic, 0, Offset::Beginning).unwrap();
    reader.assign(&partitions).unwrap();
    let mut found = Vec::new();
    wait_for("the records", async || {
        // A broker that comes back refuses connections at first; the client goes on by itself.
        if let Some(Ok(message)) = reader.poll(Duration::ZERO) {
            found.push(String::from_utf8(message.payload().unwrap().to_vec()).unwrap());
        }
        (found.len() >= count).then_some(())
    })
    .await;
    found
}

fn is_served(address: &str) -> bool {
    TcpStream::connect(address).is_ok()
}

/// Sends OPTIONS in version 4 of the protocol and looks for SUPPORTED.
fn answers_cql(address: &str) -> bool {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(&[4, 0, 0, 0, 5, 0, 0, 0, 0]).unwrap();
    let mut head = [0; 9];
    stream.read_exact(&mut head).unwrap();
    head[0] == 0x84 && head[4] == 6
}

/// How many processes name a folder in their command line, but for the one that watches over it.
fn processes_of(folder: &Path) -> usize {
    let folder = folder.to_str().unwrap();
    let command_lines =
        fs::read_dir("/proc").unwrap().filter_map(|entry| fs::read(entry.unwrap().path().join("cmdline")).ok());
    command_lines
        .map(|line| String::from_utf8_lossy(&line).into_owned())
        .filter(|line| line.contains(folder) && line.contains("kafka.Kafka") | line.contains("CassandraDaemon"))
        .count()
}

/// Runs one test of this file in a process of its own and returns what it says of its broker.
fn start_child(test: &str) -> (Child, PathBuf) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(CHILD, "1")
        .env_remove("JUKWAA_TEST_KAFKA")
        .env_remove("JUKWAA_TEST_COUNTS")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map_while(Result::ok);
    let said = lines.filter_map(|line| line.strip_prefix("folder=").map(PathBuf::from)).next();
    (child, said.expect("the child starts a broker"))
}

fn dev() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/dev"))
}

fn script(name: &str) -> Command {
    let mut command = Command::new(dev().join(name));
    command.env_remove("JAVA_HOME").stdin(Stdio::null());
    command
}

fn refused(ran: &Output, words: &[&str]) {
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(!ran.status.success());
    assert!(words.iter().all(|word| said.contains(word)), "{said}");
    assert_eq!(said.lines().count(), 1, "one sentence: {said}");
}

/// A folder with a program that fails in place of a real one.
fn fake(path: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join(path);
    fs::create_dir_all(program.parent().unwrap()).unwrap();
    fs::write(&program, "#!/bin/sh\nexit 1\n").unwrap();
    assert!(Command::new("chmod").arg("+x").arg(&program).status().unwrap().success());
    folder
}
