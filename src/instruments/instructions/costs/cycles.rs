//! Functions that call each other in a circle: the strongly connected components of a graph (Tarjan, "Depth-first search and
//! linear graph algorithms", SIAM J. Comput. 1, 1972), without recursion of its own, since a profile may be of any depth.

/// What has not been visited.
const UNSEEN: usize = usize::MAX;

/// The components of a graph whose node `i` leads to `edges[i]`, each before those that lead to it. A node that is in no
/// circle is a component of its own.
pub(super) fn components(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut order = vec![UNSEEN; edges.len()];
    let mut lowest = vec![UNSEEN; edges.len()];
    let mut is_open = vec![false; edges.len()];
    let mut open = Vec::new();
    let mut found = Vec::new();
    let mut next_order = 0;
    for start in 0..edges.len() {
        if order[start] != UNSEEN {
            continue;
        }
        // A node, and how many of its edges have been followed.
        let mut path = vec![(start, 0)];
        while let Some((node, followed)) = path.pop() {
            if followed == 0 {
                order[node] = next_order;
                lowest[node] = next_order;
                next_order += 1;
                open.push(node);
                is_open[node] = true;
            } else {
                lowest[node] =
                    lowest[node].min(lowest_of_child(&lowest, &is_open, edges[node][followed - 1]));
            }
            if let Some(&to) = edges[node].get(followed) {
                path.push((node, followed + 1));
                if order[to] == UNSEEN {
                    path.push((to, 0));
                }
                continue;
            }
            if lowest[node] == order[node] {
                let first = open.iter().rposition(|other| *other == node).unwrap_or(0);
                let members = open.split_off(first);
                members.iter().for_each(|member| is_open[*member] = false);
                found.push(members);
            }
        }
    }
    found
}

/// What a followed edge leads back to, if its end belongs to no component yet.
fn lowest_of_child(lowest: &[usize], is_open: &[bool], child: usize) -> usize {
    if is_open[child] { lowest[child] } else { UNSEEN }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(edges: &[Vec<usize>]) -> Vec<Vec<usize>> {
        let mut found = components(edges);
        found.iter_mut().for_each(|members| members.sort_unstable());
        found
    }

    #[test]
    fn a_circle_is_one_component_and_comes_before_its_callers() {
        // 0 → 1 ⇄ 2 → 3, and 4 alone, calling itself.
        let edges = [vec![1], vec![2], vec![1, 3], vec![], vec![4]];
        assert_eq!(sorted(&edges), [vec![3], vec![1, 2], vec![0], vec![4]]);
    }

    #[test]
    fn two_circles_that_share_a_node_are_one() {
        assert_eq!(sorted(&[vec![1, 2], vec![0], vec![0]]), [vec![0, 1, 2]]);
    }

    #[test]
    fn a_chain_of_a_million_calls_does_not_overflow_the_stack() {
        let edges: Vec<Vec<usize>> = (1..=1_000_000).map(|to| vec![to]).chain([vec![]]).collect();
        let found = components(&edges);
        assert_eq!((found.len(), &found[0]), (1_000_001, &vec![1_000_000]));
    }

    #[test]
    fn every_node_is_in_exactly_one_component_and_callees_come_first() {
        for seed in 0..200 {
            let mut random = fastrand::Rng::with_seed(seed);
            let nodes = random.usize(1..30);
            let edges: Vec<Vec<usize>> = (0..nodes)
                .map(|_| (0..random.usize(0..4)).map(|_| random.usize(0..nodes)).collect())
                .collect();
            let found = components(&edges);
            let mut at = vec![UNSEEN; nodes];
            for (index, members) in found.iter().enumerate() {
                for member in members {
                    assert_eq!(std::mem::replace(&mut at[*member], index), UNSEEN, "seed {seed}");
                }
            }
            let reaches = |from: usize, to: usize| {
                let mut seen = vec![false; nodes];
                let mut stack = vec![from];
                while let Some(node) = stack.pop() {
                    if !std::mem::replace(&mut seen[node], true) {
                        stack.extend(&edges[node]);
                    }
                }
                seen[to]
            };
            for from in 0..nodes {
                for to in 0..nodes {
                    let circle = reaches(from, to) && reaches(to, from);
                    assert_eq!(at[from] == at[to], circle, "seed {seed}: {from} {to}");
                    assert!(at[from] >= at[to] || !reaches(from, to), "seed {seed}: {from} {to}");
                }
            }
        }
    }
}
