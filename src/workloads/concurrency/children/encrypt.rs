//! How should three messages be encrypted: in process, or by three children? Both by triple DES as `openssl enc -des3
//! -pass env:password` has it: the cipher of the study notes, not one for secrets of today.

use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

use cbc::cipher::block_padding::Pkcs7;
use cbc::cipher::{BlockModeEncrypt, KeyIvInit};
use des::TdesEde3;
use sha2::{Digest, Sha256};
use wait_timeout::ChildExt;

use super::{KillOnDrop, talk};
use crate::system;
use crate::workload::{Answer, Concurrency, Workload};
use crate::workloads::seeded::SplitMix64;

/// As many as in the study notes.
const MESSAGES: u64 = 3;
/// The variable that hands a child its password, as in the study notes, and a password that keeps no secret.
const PASSWORD: (&str, &str) = ("password", "perflab");
/// Fixed, so that the same message always encrypts to the same bytes.
const SALT: [u8; 8] = *b"perflab\n";
/// What stands before the salt in front of the output; OpenSSL 3 leaves both out where the salt is given
/// (openssl-enc(1), notes to `-S`).
const MAGIC: &[u8] = b"Salted__";
/// Bytes of a block of DES.
const BLOCK: usize = 8;

/// Messages of random bytes, seeded.
type Messages = Vec<Vec<u8>>;

fn messages(bytes: usize) -> Messages {
    let message = |seed| {
        let mut random = SplitMix64::new(seed);
        (0..bytes).map(|_| random.next() as u8).collect()
    };
    (1..=MESSAGES).map(message).collect()
}

/// Key and initial vector from the password: OpenSSL's EVP_BytesToKey(3) with SHA-256 and one round, whose 32 bytes
/// are the 24 of three keys and the 8 of the vector.
fn key_and_vector() -> ([u8; 24], [u8; BLOCK]) {
    let digest = Sha256::new().chain_update(PASSWORD.1).chain_update(SALT).finalize();
    let (mut key, mut vector) = ([0; 24], [0; BLOCK]);
    key.copy_from_slice(&digest[..24]);
    vector.copy_from_slice(&digest[24..]);
    (key, vector)
}

/// Whether each of `encrypted` is its message again when decrypted.
fn decrypt_to(messages: &Messages, encrypted: &Messages) -> bool {
    use cbc::cipher::BlockModeDecrypt;

    let (key, vector) = key_and_vector();
    let is_right = |(message, encrypted): (&Vec<u8>, &Vec<u8>)| {
        let mut buffer = vec![0; encrypted.len()];
        cbc::Decryptor::<TdesEde3>::new(&key.into(), &vector.into())
            .decrypt_padded_b2b::<Pkcs7>(encrypted, &mut buffer)
            .is_ok_and(|decrypted| decrypted == message)
    };
    messages.len() == encrypted.len() && messages.iter().zip(encrypted).all(is_right)
}

/// What members share.
macro_rules! three_messages {
    () => {
        type Input = Messages;
        type Output = Messages;

        fn input(size: usize) -> Messages {
            messages(size)
        }

        fn check(messages: &Messages, encrypted: &Messages) -> bool {
            decrypt_to(messages, encrypted)
        }

        fn answer(encrypted: &Messages) -> Answer {
            Answer::of_sequence(encrypted.iter().flatten().copied().map(u64::from))
        }
    };
}

pub(crate) struct InProcess;

impl Workload for InProcess {
    const NAME: &'static str = "in-process";
    const ABOUT: &'static str = "RustCrypto's cipher, one message after the other on this thread";
    three_messages!();

    fn run(messages: &Messages) -> Messages {
        let encrypt = |message: &Vec<u8>| {
            let (key, vector) = key_and_vector();
            let mut encrypted = vec![0; (message.len() / BLOCK + 1) * BLOCK];
            cbc::Encryptor::<TdesEde3>::new(&key.into(), &vector.into())
                .encrypt_padded_b2b::<Pkcs7>(message, &mut encrypted)
                .expect("the padded message fits");
            encrypted
        };
        messages.iter().map(encrypt).collect()
    }
}

/// The child of the study notes, with all that OpenSSL's versions disagree about laid down.
fn openssl() -> Command {
    let salt: String = SALT.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut command = Command::new("openssl");
    command.args(["enc", "-des3", "-pass", "env:password", "-md", "sha256", "-S", &salt]);
    // Its warning that the way from password to key is an old one would come with every message.
    command.env(PASSWORD.0, PASSWORD.1).stderr(Stdio::null());
    command
}

fn start_openssl() -> KillOnDrop {
    KillOnDrop::start(openssl().stdin(Stdio::piped()).stdout(Stdio::piped()))
}

/// Feeds a message to each child and returns what they said, without OpenSSL's heading.
fn collect(mut children: Vec<KillOnDrop>, messages: &[Vec<u8>]) -> Messages {
    let said = talk::by_poll(&mut children, messages);
    for child in &mut children {
        let status = child.wait();
        assert!(status.success(), "`openssl enc -des3` ended with {status}");
    }
    let said = said.unwrap_or_else(|error| panic!("a pipe of `openssl enc` broke: {error}"));
    let heading = [MAGIC, &SALT].concat();
    said.into_iter()
        .map(|said| said.strip_prefix(&heading[..]).map_or(said.clone(), <[u8]>::to_vec))
        .collect()
}

/// How long an `openssl` may take to show that it can encrypt nothing at all.
const TRIAL: Duration = Duration::from_secs(20);

/// Why `openssl` cannot be used here; tried once a process.
fn without_openssl() -> Option<String> {
    static REASON: OnceLock<Option<String>> = OnceLock::new();
    REASON.get_or_init(|| super::missing("openssl", "`apt install openssl`").or_else(fails_on_trial)).clone()
}

fn fails_on_trial() -> Option<String> {
    let child = openssl().stdin(Stdio::null()).stdout(Stdio::null()).spawn();
    let ended = child.and_then(|child| KillOnDrop(child).child().wait_timeout(TRIAL));
    let failed = match ended {
        Ok(Some(status)) if status.success() => return None,
        Ok(Some(status)) => format!("ended with {status}"),
        Ok(None) => format!("did not end within {} s", TRIAL.as_secs()),
        Err(error) => format!("cannot be started: {error}"),
    };
    Some(format!(
        "`openssl enc -des3` {failed}; an openssl with triple DES is needed: `openssl list -cipher-commands`"
    ))
}

pub(crate) struct Children;

impl Workload for Children {
    const NAME: &'static str = "children";
    const ABOUT: &'static str = "a child `openssl enc -des3` for each message, all at once, polled";
    const MIRRORS: Option<&'static str> = Some("child-encryption");
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    three_messages!();

    fn run(messages: &Messages) -> Messages {
        collect(messages.iter().map(|_| start_openssl()).collect(), messages)
    }

    fn unavailable(_size: usize) -> Option<String> {
        system::unix_only().or_else(without_openssl)
    }
}

pub(crate) struct ChildrenInTurn;

impl Workload for ChildrenInTurn {
    const NAME: &'static str = "children-in-turn";
    const ABOUT: &'static str = "the same children, each ended before the next is started";
    const CONCURRENCY: Concurrency = Concurrency::PROCESSES;
    three_messages!();

    fn run(messages: &Messages) -> Messages {
        let one = |message| collect(vec![start_openssl()], std::slice::from_ref(message));
        messages.iter().flat_map(one).collect()
    }

    fn unavailable(_size: usize) -> Option<String> {
        system::unix_only().or_else(without_openssl)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '0123456789' | password=perflab openssl enc -des3 -pass env:password -md sha256 -S 706572666c61620a`, by
    /// OpenSSL 3.0.19.
    const KNOWN: [u8; 16] =
        [0x97, 0x62, 0xbd, 0xa7, 0xcf, 0xc9, 0x54, 0xa6, 0x66, 0xf7, 0x73, 0x38, 0x47, 0xf6, 0x55, 0x8c];

    #[test]
    fn a_known_message_encrypts_to_what_openssl_printed() {
        assert_eq!(InProcess::run(&vec![b"0123456789".to_vec()]), [KNOWN]);
    }

    #[test]
    fn the_cipher_in_process_gives_openssls_bytes() {
        if let Some(reason) = without_openssl() {
            eprintln!("not compared with openssl: {reason}");
            return;
        }
        for bytes in [0, 1, 7, 8, 10, 100_000] {
            let messages = messages(bytes);
            let encrypted = InProcess::run(&messages);
            assert!(Children::run(&messages) == encrypted, "{bytes} bytes, at once");
            assert!(ChildrenInTurn::run(&messages) == encrypted, "{bytes} bytes, in turn");
        }
    }

    #[test]
    fn a_changed_byte_is_rejected() {
        let messages = messages(10);
        let mut encrypted = InProcess::run(&messages);
        assert!(decrypt_to(&messages, &encrypted));
        encrypted[1][0] ^= 1;
        assert!(!decrypt_to(&messages, &encrypted));
        assert!(!decrypt_to(&messages, &encrypted[1..].to_vec()));
    }
}
