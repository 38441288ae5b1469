//! Memory that is handed out by moving a pointer and taken back for nothing: chunks, each held by one thread.
//!
//! A chunk counts the blocks that were taken from it and not given back. Once there are none its pointer moves back
//! to its beginning, so that the next iteration finds the same memory still in the cache, as it does with an ordinary
//! allocator. A block that another thread gives back is counted apart, because only the holder may move the pointer.
//! Knows neither a case nor a clock.

mod chunk;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ptr;
use std::sync::atomic::{AtomicPtr, AtomicU32, AtomicU64, AtomicUsize, Ordering};

use chunk::Chunk;

/// Bytes that one thread may take before a reading is refused: a table of 10^6 u64 that doubles until it holds them
/// takes 38 MB in all. Addresses alone; memory is what was touched of it.
pub(super) const CHUNK: usize = 64 << 20;
/// Threads that may take at once beside those of cores: the measuring one, and a few that a case starts whatever the machine.
const CHUNKS_AT_LEAST: usize = 16;
/// Threads for each core that may take at once: twice as many workers as cores are asked at most, and a pool has one for each.
const CHUNKS_A_CORE: usize = 3;
/// No more are reserved, however many cores there are.
const CHUNKS_AT_MOST: usize = 1_024;

/// The first byte of all chunks; null before [`reserve`].
static REGION: AtomicPtr<u8> = AtomicPtr::new(ptr::null_mut());
/// Bytes of all chunks; 0 before [`reserve`], so that no address lies in them.
static REGION_BYTES: AtomicUsize = AtomicUsize::new(0);
/// Which time the arena is switched on; 0 while it is off. Whoever meets a new one looks whether its chunk is empty.
static EPOCH: AtomicU32 = AtomicU32::new(0);
/// How often it was switched on.
static SWITCHED: AtomicU32 = AtomicU32::new(0);
/// The epoch in which blocks are the system's and weighed: none that is counted comes so far.
pub(super) const WEIGHING: u32 = u32::MAX;
/// Blocks that found no room and came from the system.
static OVERFLOWED: AtomicU64 = AtomicU64::new(0);

static ALL: [Chunk; CHUNKS_AT_MOST] = [const { Chunk::new() }; CHUNKS_AT_MOST];

/// No chunk.
const NONE: usize = usize::MAX;

/// A thread's part: the chunk that it holds, and where in it the next block begins.
struct Local {
    epoch: Cell<u32>,
    chunk: Cell<usize>,
    base: Cell<*mut u8>,
    next: Cell<usize>,
    end: Cell<usize>,
    alive: Cell<usize>,
    furthest: Cell<usize>,
    /// Whether this thread takes no chunk now: it is looking for one, or about to end.
    aside: Cell<bool>,
}

/// Gives the chunk back when its thread ends. Apart from [`Local`], which then can still be used.
struct GivesBack;

impl Drop for GivesBack {
    fn drop(&mut self) {
        LOCAL.with(|local| {
            local.aside.set(true);
            local.leave();
        });
    }
}

thread_local! {
    static LOCAL: Local = const {
        Local {
            epoch: Cell::new(0),
            chunk: Cell::new(NONE),
            base: Cell::new(ptr::null_mut()),
            next: Cell::new(0),
            end: Cell::new(0),
            alive: Cell::new(0),
            furthest: Cell::new(0),
            aside: Cell::new(false),
        }
    };
    static GIVES_BACK: GivesBack = const { GivesBack };
}

/// Reserves the addresses of all chunks, once.
///
/// # Errors
/// One line: the system does not give so many.
pub(super) fn reserve() -> Result<(), String> {
    if REGION_BYTES.load(Ordering::Acquire) > 0 {
        return Ok(());
    }
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut chunks = (CHUNKS_AT_LEAST + CHUNKS_A_CORE * cores).min(CHUNKS_AT_MOST);
    // A machine of many cores and little memory may give addresses for fewer.
    let (region, layout) = loop {
        let bytes = CHUNK * chunks;
        let layout = Layout::from_size_align(bytes, CHUNK).map_err(|error| error.to_string())?;
        // SAFETY: the layout's size is not zero.
        let region = unsafe { System.alloc(layout) };
        if !region.is_null() {
            break (region, layout);
        }
        if chunks == CHUNKS_AT_LEAST {
            return Err(format!("the system does not reserve {bytes} bytes of addresses for the arena"));
        }
        chunks = (chunks / 2).max(CHUNKS_AT_LEAST);
    };
    // Two that reserve at once: the first one's stands.
    if REGION.compare_exchange(ptr::null_mut(), region, Ordering::AcqRel, Ordering::Acquire).is_ok() {
        REGION_BYTES.store(layout.size(), Ordering::Release);
    } else {
        // SAFETY: it was taken above with this layout, and nobody else knows of it.
        unsafe { System.dealloc(region, layout) };
    }
    Ok(())
}

/// The time that the arena is switched on for; 0 while it is off.
#[inline]
pub(super) fn epoch() -> u32 {
    EPOCH.load(Ordering::Relaxed)
}

/// Every thread takes from the arena from now on; the calling one has its chunk when this returns.
pub(super) fn switch_on() {
    let epoch = SWITCHED.fetch_add(1, Ordering::Relaxed).wrapping_add(1).max(1);
    LOCAL.with(|local| local.enter(epoch));
    EPOCH.store(epoch, Ordering::SeqCst);
}

/// Every thread takes from the system from now on, and is weighed.
pub(super) fn weigh_on() {
    EPOCH.store(WEIGHING, Ordering::SeqCst);
}

/// Every thread takes from the system from now on.
pub(super) fn switch_off() {
    EPOCH.store(0, Ordering::SeqCst);
}

/// How many chunks there are: so many threads may take at once.
pub(super) fn chunks() -> usize {
    REGION_BYTES.load(Ordering::Acquire) / CHUNK
}

/// Blocks that found no room so far, and came from the system instead.
pub(super) fn overflowed() -> u64 {
    OVERFLOWED.load(Ordering::Relaxed)
}

/// Blocks that the calling thread took from the chunk that it holds, and nobody gave back.
pub(super) fn alive() -> usize {
    LOCAL.with(Local::really_alive)
}

/// How far into the arena `block` lies; `None` for one of the system's.
#[inline]
pub(super) fn place(block: *const u8) -> Option<usize> {
    let place = block.addr().wrapping_sub(REGION.load(Ordering::Relaxed).addr());
    (place < REGION_BYTES.load(Ordering::Relaxed)).then_some(place)
}

/// A block of the calling thread's chunk; `None` when there is no room.
#[inline]
pub(super) fn take(epoch: u32, layout: Layout) -> Option<*mut u8> {
    LOCAL.with(|local| {
        if local.epoch.get() != epoch {
            local.enter(epoch);
        }
        local.take(layout).or_else(|| local.take_anew(layout))
    })
}

/// Takes the block back that lies at `place`.
#[inline]
pub(super) fn give_back(place: usize) {
    LOCAL.with(|local| {
        if local.chunk.get() != place / CHUNK {
            ALL[place / CHUNK].freed_elsewhere.fetch_add(1, Ordering::Release);
            return;
        }
        local.alive.set(local.alive.get() - 1);
        // None alive by its own count: then none was given back elsewhere either.
        if local.alive.get() == 0 {
            local.begin_anew();
        }
    });
}

/// Makes the block at `place` end elsewhere, where the holder can do so without moving it: the last one may grow,
/// every one may shrink.
#[inline]
pub(super) fn resized(place: usize, old: usize, new: usize) -> bool {
    LOCAL.with(|local| {
        let start = place % CHUNK;
        let is_last = local.chunk.get() == place / CHUNK && start + old == local.next.get();
        let fits = start.checked_add(new).is_some_and(|end| end <= local.end.get());
        if is_last && fits {
            local.next.set(start + new);
        }
        (is_last && fits) || new <= old
    })
}

impl Local {
    #[inline]
    fn take(&self, layout: Layout) -> Option<*mut u8> {
        // A chunk is aligned to its size, so that an aligned place is an aligned address up to that.
        let start = self.next.get().checked_next_multiple_of(layout.align())?;
        let end = start.checked_add(layout.size())?;
        if end > self.end.get() || layout.align() > CHUNK {
            return None;
        }
        self.next.set(end);
        self.alive.set(self.alive.get() + 1);
        // SAFETY: `end` lies in the chunk that begins at `base`, which this thread holds. Without a chunk it
        // is above `self.end`, which is 0 then, because no layout that is allocated has no size: that returned.
        Some(unsafe { self.base.get().add(start) })
    }

    /// The chunk is full, or there is none.
    #[cold]
    fn take_anew(&self, layout: Layout) -> Option<*mut u8> {
        if self.chunk.get() != NONE && self.really_alive() == 0 {
            self.begin_anew();
            if let Some(block) = self.take(layout) {
                return Some(block);
            }
        }
        if !self.aside.get() {
            OVERFLOWED.fetch_add(1, Ordering::Relaxed);
        }
        None
    }

    fn really_alive(&self) -> usize {
        let elsewhere =
            ALL.get(self.chunk.get()).map_or(0, |chunk| chunk.freed_elsewhere.load(Ordering::Acquire));
        self.alive.get() - elsewhere
    }

    /// From the chunk's beginning; nothing in it is alive.
    #[inline]
    fn begin_anew(&self) {
        if self.next.get() > self.furthest.get() {
            self.furthest.set(self.next.get());
        }
        self.next.set(0);
        if self.alive.get() > 0 {
            self.alive.set(0);
            ALL[self.chunk.get()].freed_elsewhere.store(0, Ordering::Release);
        }
    }

    /// The arena was switched on since this thread last took from it: in a chunk where something is still alive it
    /// would never find its beginning again, so it holds another one.
    #[cold]
    fn enter(&self, epoch: u32) {
        self.epoch.set(epoch);
        // Having a destructor called at the thread's end may itself allocate, and comes back here.
        if self.aside.replace(true) {
            return;
        }
        if self.chunk.get() != NONE && self.really_alive() == 0 {
            self.begin_anew();
        } else {
            self.leave();
            if GIVES_BACK.try_with(|_| ()).is_ok() {
                self.hold_an_empty_one();
            }
        }
        self.aside.set(false);
    }

    fn hold_an_empty_one(&self) {
        // Their number is told after the region is: where it is not 0, the region is there.
        let chunks = chunks();
        let region = REGION.load(Ordering::Acquire);
        for (index, chunk) in ALL.iter().enumerate().take(chunks) {
            if chunk.held.swap(true, Ordering::AcqRel) {
                continue;
            }
            if chunk.alive.load(Ordering::Acquire) != chunk.freed_elsewhere.load(Ordering::Acquire) {
                chunk.held.store(false, Ordering::Release);
                continue;
            }
            chunk.alive.store(0, Ordering::Relaxed);
            chunk.freed_elsewhere.store(0, Ordering::Relaxed);
            // SAFETY: the region holds as many as `chunks` says.
            let base = unsafe { region.add(index * CHUNK) };
            // SAFETY: it begins there, is held since the swap above, and was found empty.
            unsafe { chunk.touch(base) };
            self.chunk.set(index);
            self.base.set(base);
            self.next.set(0);
            self.end.set(CHUNK);
            self.alive.set(0);
            self.furthest.set(0);
            return;
        }
    }

    /// Leaves the chunk to whoever finds it empty.
    fn leave(&self) {
        let Some(chunk) = ALL.get(self.chunk.get()) else { return };
        let furthest = self.furthest.get().max(self.next.get());
        chunk.used(furthest);
        chunk.alive.store(self.alive.get(), Ordering::Release);
        self.chunk.set(NONE);
        self.next.set(0);
        self.end.set(0);
        self.alive.set(0);
        chunk.held.store(false, Ordering::Release);
    }
}
