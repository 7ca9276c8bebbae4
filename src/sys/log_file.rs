//! A log file that is written a batch at a time.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::os::fd::FromRawFd;
use std::os::unix::fs::OpenOptionsExt;

/// Lines that wait for the next flush; beyond it lines are dropped and counted.
const MAX_WAITING: usize = 1 << 20;

/// Lines on their way to a file. Without a file they vanish.
#[derive(Default)]
pub(crate) struct LogFile {
    file: Option<File>,
    waiting: Vec<u8>,
    dropped: u64,
}

impl LogFile {
    /// Opens `name` for appending; `-` is standard output, the empty name nothing.
    pub(crate) fn open(name: &str) -> io::Result<LogFile> {
        let file = match name {
            "" => None,
            "-" => {
                // SAFETY: no pointers are involved.
                let fd = super::cvt(unsafe { libc::fcntl(1, libc::F_DUPFD_CLOEXEC, 3) })?;
                // SAFETY: the descriptor was just made and is nobody else's.
                Some(unsafe { File::from_raw_fd(fd) })
            }
            _ => {
                // A pipe that nobody reads must not stop the loop.
                let mut options = OpenOptions::new();
                options.append(true).create(true).mode(0o640).custom_flags(libc::O_NONBLOCK);
                Some(options.open(name)?)
            }
        };
        Ok(LogFile { file, waiting: Vec::new(), dropped: 0 })
    }

    /// Appends a line, which is written with the next flush.
    pub(crate) fn write(&mut self, line: &[u8]) {
        let fits = self.file.is_some()
            && self.waiting.len() + line.len() <= MAX_WAITING
            && self.waiting.try_reserve(line.len()).is_ok();
        if fits {
            self.waiting.extend_from_slice(line);
        } else {
            self.dropped += u64::from(self.file.is_some());
        }
    }

    /// Writes what waits, in one system call. What the file does not take waits on.
    pub(crate) fn flush(&mut self) {
        let Some(file) = self.file.as_mut().filter(|_| !self.waiting.is_empty()) else { return };
        match file.write(&self.waiting) {
            Ok(n) => drop(self.waiting.drain(..n)),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
            Err(_) => self.waiting.clear(),
        }
        if self.dropped > 0 && self.waiting.is_empty() {
            let line = format!("{} lines were lost\n", core::mem::take(&mut self.dropped));
            self.waiting.extend_from_slice(line.as_bytes());
        }
    }
}

impl Drop for LogFile {
    fn drop(&mut self) {
        self.flush();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_appended() {
        let path = std::env::temp_dir().join(format!("meerkat-log-{}", std::process::id()));
        let name = path.to_str().unwrap();
        for text in ["one\n", "two\n"] {
            let mut log = LogFile::open(name).unwrap();
            log.write(text.as_bytes());
            log.flush();
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one\ntwo\n");
        std::fs::remove_file(&path).unwrap();
        assert!(LogFile::open("/nonexistent/log").is_err());
        LogFile::open("").unwrap().write(b"nothing");
    }

    #[test]
    fn a_pipe_that_nobody_reads_costs_lines() {
        let path = std::env::temp_dir().join(format!("meerkat-pipe-{}", std::process::id()));
        let name = path.to_str().unwrap();
        let c_name = std::ffi::CString::new(name).unwrap();
        // SAFETY: the name is NUL-terminated.
        assert_eq!(unsafe { libc::mkfifo(c_name.as_ptr(), 0o600) }, 0);
        // Without a reader it can't be opened; with one that does not read, lines wait and vanish.
        assert!(LogFile::open(name).is_err());
        let reader =
            OpenOptions::new().read(true).custom_flags(libc::O_NONBLOCK).open(&path).unwrap();
        let mut log = LogFile::open(name).unwrap();
        for _ in 0..4000 {
            log.write(&[b'x'; 1000]);
            log.flush();
        }
        assert!(log.dropped > 2000 && log.waiting.len() <= MAX_WAITING);
        drop(reader);
        std::fs::remove_file(&path).unwrap();
    }
}
