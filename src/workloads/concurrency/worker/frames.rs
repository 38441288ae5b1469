//! What goes to a worker and comes back: four bytes of length, little endian, then as many bytes.

use std::io::{self, Read, Write};

/// Longest frame that is believed: a longer one is what a broken worker wrote. 64 MiB, so that the fourth byte of a length
/// is 4 at most, and no text, whatever stands in it, is taken for a frame.
const LONGEST_FRAME: usize = 1 << 26;

/// Calls `answer` with each frame and an empty reply, until the frames end.
///
/// # Errors
/// That of `answer`, or of a stream.
pub(crate) fn answer_each(
    requests: &mut dyn Read,
    replies: &mut dyn Write,
    mut answer: impl FnMut(&[u8], &mut Vec<u8>) -> io::Result<()>,
) -> io::Result<()> {
    let (mut request, mut reply) = (Vec::new(), Vec::new());
    while read_frame(requests, &mut request)? {
        reply.clear();
        answer(&request, &mut reply)?;
        write_frame(replies, &reply)?;
    }
    Ok(())
}

/// The error of a frame that is not `expected`.
pub(crate) fn rubbish(expected: &str, frame: &[u8]) -> io::Error {
    io::Error::other(format!("{} bytes are not {expected}", frame.len()))
}

/// Writes one frame and flushes it.
pub(crate) fn write_frame(to: &mut dyn Write, bytes: &[u8]) -> io::Result<()> {
    let length = u32::try_from(bytes.len()).ok().filter(|_| bytes.len() <= LONGEST_FRAME);
    let length =
        length.ok_or_else(|| io::Error::other(format!("a frame of {} bytes is too long", bytes.len())))?;
    to.write_all(&length.to_le_bytes())?;
    to.write_all(bytes)?;
    to.flush()
}

/// Reads one frame into `frame`; `false` when the stream ended before it began.
pub(crate) fn read_frame(from: &mut dyn Read, frame: &mut Vec<u8>) -> io::Result<bool> {
    let mut length = [0; 4];
    let mut have = 0;
    while have < length.len() {
        match from.read(&mut length[have..]) {
            Ok(0) if have == 0 => return Ok(false),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(read) => have += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let length = u32::from_le_bytes(length) as usize;
    if length > LONGEST_FRAME {
        return Err(io::Error::other(format!(
            "a frame claims {length} bytes: that is no frame of a worker's"
        )));
    }
    frame.resize(length, 0);
    from.read_exact(frame)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_come_back_as_they_were_sent() {
        let mut stream = Vec::new();
        for frame in [&b"one"[..], b"", &[7; 70_000]] {
            write_frame(&mut stream, frame).expect("memory takes it");
        }
        let (mut from, mut frame) = (&stream[..], Vec::new());
        for length in [3, 0, 70_000] {
            assert!(read_frame(&mut from, &mut frame).expect("a whole frame"));
            assert_eq!(frame.len(), length);
        }
        assert!(!read_frame(&mut from, &mut frame).expect("the end"));
    }

    #[test]
    fn rubbish_is_no_frame() {
        let mut frame = Vec::new();
        for text in [&b"this is text"[..], b"pid 42 lives", b"no.7 lives", b"end\n", b"a\0\0\t"] {
            let rubbish = read_frame(&mut &*text, &mut frame).expect_err("it claims too much");
            assert!(rubbish.to_string().contains("no frame of a worker's"), "{rubbish}");
        }
        assert!(read_frame(&mut &[3, 0][..], &mut frame).is_err(), "cut short within its length");
        assert!(read_frame(&mut &[3, 0, 0, 0, 1][..], &mut frame).is_err(), "cut short");
    }
}
