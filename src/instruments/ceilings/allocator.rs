//! The allocator that can be switched: the system's, or an arena in which blocks cost next to nothing. What asking the
//! switch costs is paid on both sides of a comparison.

use std::alloc::{GlobalAlloc, Layout, System};

use super::{arena, scale};

/// The global allocator of the target that measures ceilings:
/// `#[global_allocator] static ALLOC: SwitchedAllocator = SwitchedAllocator;`. It is the system's until [`FreeBlocks`]
/// switches it. A block goes back to where it came from, whatever the switch says then.
#[derive(Debug, Clone, Copy, Default)]
pub struct SwitchedAllocator;

// SAFETY: blocks of the arena do not overlap, are aligned, and stay where they are until they are given back; the
// system's are its own. The address tells the two apart.
unsafe impl GlobalAlloc for SwitchedAllocator {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let epoch = arena::epoch();
        if epoch != 0
            && let Some(block) = take(epoch, layout)
        {
            return block;
        }
        // SAFETY: the caller's promises are the system's conditions.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        let epoch = arena::epoch();
        if epoch != 0
            && let Some(block) = take(epoch, layout)
        {
            // Others have written there before.
            // SAFETY: the block has this many bytes.
            unsafe { block.write_bytes(0, layout.size()) };
            return block;
        }
        // SAFETY: the caller's promises are the system's conditions.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        match arena::place(block) {
            Some(place) => arena::give_back(place),
            None => {
                if arena::epoch() == arena::WEIGHING {
                    scale::given_back(layout.size());
                }
                // SAFETY: it is not of the arena, so it is the system's, with the layout that the caller gave then.
                unsafe { System.dealloc(block, layout) }
            }
        }
    }

    #[inline]
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        let Some(place) = arena::place(block) else {
            if arena::epoch() == arena::WEIGHING {
                scale::resized(layout.size(), new_size);
            }
            // What was there before stays there: its owner outlives the iterations.
            // SAFETY: it is the system's, with the layout that the caller gave then.
            return unsafe { System.realloc(block, layout, new_size) };
        };
        if arena::resized(place, layout.size(), new_size) {
            return block;
        }
        // SAFETY: the caller promises that the new size, rounded up to the alignment, is no overflow and not zero; both
        // blocks have the bytes that are copied, and the new one does not overlap the old one, which is still alive.
        unsafe {
            let moved = self.alloc(Layout::from_size_align_unchecked(new_size, layout.align()));
            if !moved.is_null() {
                moved.copy_from_nonoverlapping(block, layout.size().min(new_size));
                self.dealloc(block, layout);
            }
            moved
        }
    }
}

/// A block of the arena; none while blocks are weighed, which are the system's.
#[inline]
fn take(epoch: u32, layout: Layout) -> Option<*mut u8> {
    if epoch == arena::WEIGHING {
        scale::taken(layout.size());
        return None;
    }
    arena::take(epoch, layout)
}

/// While it lives, blocks come from the arena. One at a time.
#[derive(Debug)]
pub struct FreeBlocks {
    overflowed_before: u64,
}

impl FreeBlocks {
    /// Switches to the arena.
    ///
    /// # Errors
    /// One line: the system does not reserve its addresses.
    pub fn begin() -> Result<Self, String> {
        arena::reserve()?;
        let overflowed_before = arena::overflowed();
        arena::switch_on();
        Ok(Self { overflowed_before })
    }

    /// Switches back, and says how many blocks found no room in the arena and came from the system.
    pub fn end(self) -> u64 {
        arena::overflowed() - self.overflowed_before
    }

    /// Why a reading is refused in which so many blocks found no room.
    pub(crate) fn told(overflowed: u64) -> String {
        let chunk = arena::CHUNK >> 20;
        format!(
            "{overflowed} blocks found no room in the arena: it gives each of {} threads {chunk} MiB, which begin anew once \
             nothing in them is alive",
            arena::chunks()
        )
    }

    /// Blocks that the calling thread took from its part of the arena, and nobody gave back.
    pub fn alive(&self) -> usize {
        arena::alive()
    }
}

impl Drop for FreeBlocks {
    fn drop(&mut self) {
        arena::switch_off();
    }
}

/// Whether the block at `address` is of the arena, in which it cost next to nothing.
pub fn came_free(address: *const u8) -> bool {
    arena::place(address).is_some()
}

/// Whether [`SwitchedAllocator`] is this program's allocator.
pub fn is_switched() -> bool {
    let Ok(free) = FreeBlocks::begin() else { return false };
    let before = free.alive();
    let blocks: Vec<String> = std::env::args().collect();
    let taken = free.alive() - before;
    drop(blocks);
    taken > 0
}
