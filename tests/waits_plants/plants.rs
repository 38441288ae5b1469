//! What is planted: workloads that time themselves by another clock, neighbours and children.

use std::hint::black_box;
use std::io::Read;
use std::mem::MaybeUninit;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use libtest_mimic::Failed;
use perflab::workload::{Answer, Concurrency, Entry, Workload};

/// What a plant's own clocks saw of one iteration.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Truth {
    /// The whole iteration, by `Instant`.
    pub(crate) wall_ns: u64,
    /// The planted wait on the measuring thread, by `Instant`.
    pub(crate) waited_ns: u64,
    /// CPU time of the measuring thread and of the planted ones, by their thread clocks.
    pub(crate) cpu_ns: u64,
    /// Lives of the threads it started, all together, by `Instant`: from when they were there to their last instruction,
    /// and from before they were asked for to when they were known to have ended.
    pub(crate) lived_ns: (u64, u64),
}

static TRUTH: Mutex<Vec<Truth>> = Mutex::new(Vec::new());

pub(crate) fn forget() {
    TRUTH.lock().unwrap_or_else(PoisonError::into_inner).clear();
}

/// Of the last `iterations`: warm-up and census come before.
pub(crate) fn truth(iterations: usize) -> Vec<Truth> {
    let all = TRUTH.lock().unwrap_or_else(PoisonError::into_inner);
    all[all.len() - iterations..].to_vec()
}

fn thread_ns() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the clock exists on every Linux, and `time` is ours to write to.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

fn spin(rounds: u64) -> u64 {
    (0..rounds).fold(1, |x: u64, i| x.wrapping_mul(6_364_136_223_846_793_005).rotate_left(7) ^ i)
}

/// Spins in user code until this thread has used so much CPU time.
fn spin_for(cpu: Duration) {
    let begin = thread_ns();
    while thread_ns() - begin < cpu.as_nanos() as u64 {
        // Else it would be left out, and only the kernel would be asked for the time.
        black_box(spin(20_000));
    }
}

fn timed(wait: impl FnOnce()) -> u64 {
    let start = Instant::now();
    wait();
    start.elapsed().as_nanos() as u64
}

/// Records an iteration: `work` returns what it waited, and the CPU time of threads it started.
fn recorded(work: impl FnOnce() -> (u64, u64)) {
    let (start, cpu) = (Instant::now(), thread_ns());
    let (waited_ns, others_cpu_ns) = work();
    let cpu_ns = thread_ns() - cpu + others_cpu_ns;
    let wall_ns = start.elapsed().as_nanos() as u64;
    let one = Truth { wall_ns, waited_ns, cpu_ns, ..Truth::default() };
    TRUTH.lock().unwrap_or_else(PoisonError::into_inner).push(one);
}

macro_rules! plant {
    ($name:ident, $entry:ident, $run:expr) => {
        struct $name;
        impl Workload for $name {
            const NAME: &'static str = "planted";
            const ABOUT: &'static str = "a planted truth";
            const CONCURRENCY: Concurrency = Concurrency::THREADS;
            type Input = usize;
            type Output = ();
            fn input(size: usize) -> usize {
                size
            }
            fn run(size: &usize) {
                $run(*size)
            }
            fn check(_: &usize, (): &()) -> bool {
                true
            }
            fn answer((): &()) -> Answer {
                Answer::of_sequence([])
            }
        }
        pub(crate) static $entry: Entry = Entry::of::<$name>();
    };
}

const PERIOD: Duration = Duration::from_millis(20);

plant!(Sleeps, SLEEPS, |percent: usize| recorded(|| {
    spin_for(PERIOD * (100 - percent as u32) / 100);
    (timed(|| std::thread::sleep(PERIOD * percent as u32 / 100)), 0)
}));

plant!(Polls, POLLS, |percent: usize| recorded(|| {
    spin_for(PERIOD * (100 - percent as u32) / 100);
    let ms = (PERIOD * percent as u32 / 100).as_millis() as i32;
    let poll = || {
        // SAFETY: no file descriptors are passed, so the pointer is not looked at.
        unsafe { libc::poll(std::ptr::null_mut(), 0, ms) };
    };
    (timed(poll), 0)
}));

/// A thread that takes the lock when told, says so, and sleeps with it.
struct Holder {
    period: Duration,
    percent: u32,
    lock: Arc<Mutex<()>>,
    held: Arc<AtomicBool>,
    tell: Sender<Duration>,
}

struct Lock;

impl Workload for Lock {
    const NAME: &'static str = "planted";
    const ABOUT: &'static str = "a planted truth";
    const CONCURRENCY: Concurrency = Concurrency::THREADS;
    type Input = Holder;
    type Output = ();

    fn input(size: usize) -> Holder {
        let (lock, held) = (Arc::new(Mutex::new(())), Arc::new(AtomicBool::new(false)));
        let (tell, told) = std::sync::mpsc::channel::<Duration>();
        let (its_lock, its_held) = (lock.clone(), held.clone());
        let hold = move || {
            for span in told {
                let _guard = its_lock.lock().expect("nobody panics");
                its_held.store(true, Ordering::Release);
                std::thread::sleep(span);
            }
        };
        std::thread::Builder::new().name("holder".to_owned()).spawn(hold).expect("a thread");
        let period = Duration::from_millis(size as u64 / 1_000);
        Holder { period, percent: (size % 1_000) as u32, lock, held, tell }
    }

    fn run(holder: &Holder) {
        recorded(|| {
            holder.held.store(false, Ordering::Release);
            holder.tell.send(holder.period * holder.percent / 100).expect("the holder listens");
            while !holder.held.load(Ordering::Acquire) {
                std::thread::yield_now();
            }
            let waited = timed(|| drop(holder.lock.lock().expect("nobody panics")));
            spin_for(holder.period * (100 - holder.percent) / 100);
            (waited, 0)
        });
    }

    fn check(_: &Holder, (): &()) -> bool {
        true
    }

    fn answer((): &()) -> Answer {
        Answer::of_sequence([])
    }
}

pub(crate) static LOCK: Entry = Entry::of::<Lock>();

plant!(ChildOf, CHILD, |ms: usize| recorded(|| {
    let mut child = myself("child", &ms.to_string()).spawn().expect("a child");
    let waited = timed(|| assert!(child.wait().expect("it is waited for").success()));
    (waited, 0)
}));

plant!(Ended, ENDED, |ms: usize| recorded(|| {
    let burn = move || {
        let begin = thread_ns();
        spin_for(Duration::from_millis(ms as u64));
        thread_ns() - begin
    };
    let threads: Vec<_> = (0..2).map(|_| std::thread::spawn(burn)).collect();
    let cpu = threads.into_iter().map(|thread| thread.join().expect("it does not panic")).sum();
    (0, cpu)
}));

plant!(ShortLives, SHORT_LIVES, |ms: usize| {
    let begin = Instant::now();
    let live = move || {
        let first = Instant::now();
        std::thread::sleep(Duration::from_millis(ms as u64));
        (first, Instant::now())
    };
    let start = |_| (Instant::now(), std::thread::spawn(live), Instant::now());
    let threads: Vec<_> = (0..8).map(start).collect();
    let mut lived_ns = (0, 0);
    for (asked, thread, there) in threads {
        let (first, last) = thread.join().expect("it does not panic");
        lived_ns.0 += (last - there.min(first)).as_nanos() as u64;
        lived_ns.1 += asked.elapsed().as_nanos() as u64;
    }
    // So many threads at once would be too many to be recorded if they came all the time.
    std::thread::sleep(PERIOD);
    let one = Truth { wall_ns: begin.elapsed().as_nanos() as u64, lived_ns, ..Truth::default() };
    TRUTH.lock().unwrap_or_else(PoisonError::into_inner).push(one);
});

plant!(Spins, SPINS, |rounds: usize| recorded(|| {
    assert_ne!(spin(rounds as u64), 0);
    (0, 0)
}));

plant!(Bytes, BYTES, |count: usize| recorded(|| {
    let mut file = std::fs::File::open("/proc/self/exe").expect("this program has a file");
    let mut byte = [0];
    (0..count).for_each(|_| file.read_exact(&mut byte).expect("it is longer"));
    (0, 0)
}));

plant!(Fresh, FRESH, |mib: usize| recorded(|| {
    let mut pages = Vec::with_capacity(mib << 20);
    let fresh: &mut [MaybeUninit<u8>] = pages.spare_capacity_mut();
    fresh.iter_mut().step_by(4_096).for_each(|byte| _ = byte.write(1));
    black_box(&pages);
    (0, 0)
}));

plant!(Panics, PANICS, |_| panic!("planted panic"));

/// Names what this program is started as, with an argument behind a blank.
const ROLE: &str = "PERFLAB_PLANTED_ROLE";

fn myself(role: &str, argument: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this program has a file"));
    command.env(ROLE, format!("{role} {argument}")).stdin(Stdio::null()).stdout(Stdio::null());
    command
}

/// Plays a role, if this program was started for one.
pub(crate) fn serve() -> bool {
    let Ok(role) = std::env::var(ROLE) else { return false };
    match role.split_once(' ') {
        Some(("child", ms)) => {
            spin_for(Duration::from_millis(ms.parse().expect("milliseconds")));
        }
        Some(("burner", test)) => {
            let test = std::path::PathBuf::from(format!("/proc/{test}"));
            // It does not outlive who wanted it, however that ends.
            while test.exists() {
                assert_ne!(spin(1_000_000), 0);
            }
        }
        _ => panic!("{ROLE} names no role: {role}"),
    }
    true
}

/// Processes that burn the CPU until dropped. None is a child of this one: they are neighbours.
pub(crate) struct Burners(Vec<String>);

impl Burners {
    pub(crate) fn start(count: usize) -> Result<Self, Failed> {
        let mut burners = Self(Vec::new());
        for _ in 0..count {
            // A shell that ends at once leaves its own child to init.
            let mut shell = Command::new("sh");
            shell.args(["-c", "\"$0\" > /dev/null 2>&1 & echo $!"]).arg(std::env::current_exe()?);
            let output = shell.env(ROLE, format!("burner {}", std::process::id())).output()?;
            burners.0.push(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        Ok(burners)
    }
}

impl Drop for Burners {
    fn drop(&mut self) {
        // Already gone is as good as ended.
        let _ = Command::new("kill").arg("-KILL").args(&self.0).status();
    }
}
