//! The allocator itself: what it counts, hands out and takes back while blocks are free.

use perflab::instruments::Instrument;
use perflab::instruments::ceilings::{FreeBlocks, InCache, OnOneCpu, WithoutAllocation, is_switched};
use perflab::record::{InstrumentName, Metric, State};

use crate::plants::case;

pub(crate) fn switched() {
    assert!(is_switched());
    for step in [&WithoutAllocation as &dyn Instrument, &InCache, &OnOneCpu] {
        assert_eq!(step.survey().state, State::Ready);
        assert_eq!(step.name(), InstrumentName::Ceilings);
        assert_eq!(step.takes().map(Metric::principal), step.takes());
    }
}

pub(crate) fn exact_counts() {
    let free = FreeBlocks::begin().expect("addresses");
    let before = free.alive();
    let blocks: Vec<Box<[u8; 96]>> = (0..1_000).map(|_| Box::new([7; 96])).collect();
    let during = free.alive();
    assert!(blocks.iter().all(|block| **block == [7; 96]));
    drop(blocks);
    let after = free.alive();
    assert_eq!(free.end(), 0);
    assert_eq!((during - before, after - before), (1_001, 0), "1,000 blocks and their spine");
}

pub(crate) fn either_way() {
    let mut systems: Vec<u64> = (0..1_000).collect();
    let free = FreeBlocks::begin().expect("addresses");
    let before = free.alive();
    // Grows where it is: with the system.
    systems.extend(1_000..5_000);
    assert_eq!(free.alive(), before);
    let mut arenas: Vec<u64> = (0..1_000).collect();
    assert_eq!(free.alive(), before + 1);
    let given_back_elsewhere: Vec<u64> = (0..10).collect();
    drop(free);
    // Grows beyond its place: the chunk's holder makes room for it.
    arenas.extend(1_000..100_000);
    assert!(arenas.iter().copied().eq(0..100_000) && systems.iter().copied().eq(0..5_000));
    drop(given_back_elsewhere);
    drop(arenas);
    drop(systems);
}

pub(crate) fn zeroed() {
    let free = FreeBlocks::begin().expect("addresses");
    for _ in 0..3 {
        let dirty = vec![0xff_u8; 10_000];
        assert!(dirty.iter().all(|byte| *byte == 0xff));
        drop(dirty);
        let clean = vec![0_u8; 10_000];
        assert!(clean.iter().all(|byte| *byte == 0));
    }
    assert_eq!(free.end(), 0);
}

pub(crate) fn grows() {
    let free = FreeBlocks::begin().expect("addresses");
    let mut first: Vec<u64> = Vec::with_capacity(4);
    let address = first.as_ptr();
    first.extend(0..1_000);
    let in_place = first.as_ptr() == address;
    let behind: Vec<u64> = Vec::with_capacity(4);
    first.extend(1_000..5_000);
    let moved = first.as_ptr() != address;
    drop(behind);
    assert_eq!(free.end(), 0);
    assert!(in_place && moved);
    assert!(first.iter().copied().eq(0..5_000));
}

pub(crate) fn threads() {
    for round in 0..50_u64 {
        let free = FreeBlocks::begin().expect("addresses");
        // Taken here and given back there, and the other way round.
        let handed: Vec<Vec<u64>> = (0..100).map(|i| vec![i + round; 50]).collect();
        let returned: Vec<Vec<u64>> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4_u64)
                .map(|thread| {
                    let mine = handed[thread as usize * 25].clone();
                    scope.spawn(move || {
                        let kept: Vec<Vec<u64>> = (0..200).map(|i| vec![thread * 1_000 + i; 30]).collect();
                        let right = kept.iter().zip(0..).all(|(block, i)| *block == [thread * 1_000 + i; 30]);
                        assert!(right && mine == [thread * 25 + round; 50]);
                        kept.into_iter().next().expect("there are 200")
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().expect("it does not panic")).collect()
        });
        assert!(handed.iter().zip(0..).all(|(block, i)| *block == [i + round; 50]));
        assert!(returned.iter().zip(0..).all(|(block, thread)| *block == [thread * 1_000; 30]));
        drop(free);
        drop((handed, returned));
    }
}

pub(crate) fn answers() {
    let sample = [
        "build-vec/push@1000",
        "build-vec/repeat@100",
        "build-vec/boxed-slice@1000",
        "build-set/insert@1000",
        "build-set/btree-insert@1000",
        "build-set/roaring@10000",
        "distinct/sort-dedup@1000",
        "build-text/push-str@1000",
        "build-text/collect-join@1000",
        "build-text/format-into-itself@100",
        "build-map/hash-entry@1000",
        "build-map/btree-collect@1000",
        "build-and-drop/linked-list@1000",
        "build-fixed/arc-slice@100",
        "dispatch/thread-each@10",
        "dispatch/pool-ready@100",
        "channels/std@2",
        "map-reduce/two-threads@1000",
        "gcd-algorithm/euclid@10",
    ];
    for id in sample {
        let (id, case) = case(id);
        let prepared = case.prepare();
        let expected = prepared.verify().expect("it is right with the system's allocator");
        let free = FreeBlocks::begin().expect("addresses");
        for _ in 0..3 {
            assert_eq!(prepared.verify(), Ok(expected), "{id}");
            prepared.in_batches(2, |case, batch| case.run(batch));
        }
        drop(free);
        assert_eq!(prepared.verify(), Ok(expected), "{id}");
    }
}

pub(crate) fn survivors() {
    let mut kept: Vec<Vec<u64>> = Vec::new();
    for round in 0..40_u64 {
        let free = FreeBlocks::begin().expect("addresses");
        let survivor = vec![round; 1_000];
        for _ in 0..100 {
            let passing = vec![u64::MAX; 2_000];
            assert!(passing.iter().all(|number| *number == u64::MAX));
        }
        drop(free);
        // Every third is given back, so that some chunks are empty again and some are not.
        if round % 3 != 0 || kept.len() > 8 {
            drop(survivor);
        } else {
            kept.push(survivor);
        }
        let right = kept.iter().all(|block| block.len() == 1_000 && block.iter().all(|n| *n == block[0]));
        assert!(right, "{round}");
    }
    assert!(kept.iter().zip((0..).step_by(3)).all(|(block, round)| block[0] == round));
}
