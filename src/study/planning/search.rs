//! Which choices are tried: bisection of the last variable for each mix of the others, from cheap to dear, with
//! what is known of better and worse mixes.
//!
//! A choice that does not meet the targets rules out every one that is no better in any variable; one that
//! does rules in every one that is no worse. The chance of a wrong verdict is split evenly over the choices that
//! bisection of a single variable needs; with several, the i-th choice tried has 1/(i (i + 1)) of it, which add up
//! to 1.

use super::evaluation::{Evidence, Verdict};

/// The choices tried, and the answer.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Every choice that was run, in the order of the search.
    pub tried: Vec<Evidence>,
    /// The smallest or cheapest choice that meets the targets.
    pub answer: Option<Vec<usize>>,
}

/// What is searched in.
pub struct Space<'s> {
    /// The number of values of each variable.
    pub sizes: Vec<usize>,
    /// The price of a choice; without prices of a single variable its place.
    pub price: &'s dyn Fn(&[usize]) -> f64,
    /// The chance that the answer is wrong.
    pub error: f64,
}

/// Judges a choice with a chance of being wrong; an error ends the search.
type Evaluate<'e, E> = dyn FnMut(&[usize], f64) -> Result<Evidence, E> + 'e;

struct Search<'s, 'e, E> {
    space: &'s Space<'s>,
    evaluate: &'e mut Evaluate<'e, E>,
    tried: Vec<Evidence>,
}

/// Searches. `evaluate` judges a choice with a chance of being wrong; an error of its ends the search.
pub fn search<'e, E>(space: &Space<'_>, evaluate: &'e mut Evaluate<'e, E>) -> Result<Found, E> {
    let mut search = Search { space, evaluate, tried: Vec::new() };
    let best: Vec<usize> = space.sizes.iter().map(|size| size - 1).collect();
    let answer = if search.meets(&best)? { Some(search.cheapest(best)?) } else { None };
    Ok(Found { tried: search.tried, answer })
}

impl Found {
    /// Whether runs of any choice were cut off: then what is cheaper than the answer is not known.
    pub fn is_cut_off(&self) -> bool {
        self.tried.iter().any(|evidence| evidence.ends.is_cut_off())
    }
}

impl<E> Search<'_, '_, E> {
    /// Whether a choice meets the targets: by what is known, or by trying.
    fn meets(&mut self, choice: &[usize]) -> Result<bool, E> {
        let no_better = |one: &[usize], other: &[usize]| one.iter().zip(other).all(|(a, b)| a <= b);
        for known in &self.tried {
            if known.verdict == Verdict::Holds && no_better(&known.choice, choice) {
                return Ok(true);
            }
            if known.verdict != Verdict::Holds && no_better(choice, &known.choice) {
                return Ok(false);
            }
        }
        let number = self.tried.len() as f64 + 1.0;
        let error = match self.space.sizes[..] {
            // The last one, and one for each halving.
            [size] => self.space.error / f64::from(1 + usize::BITS - (size - 1).leading_zeros()),
            _ => self.space.error / (number * (number + 1.0)),
        };
        let evidence = (self.evaluate)(choice, error)?;
        let holds = evidence.verdict == Verdict::Holds;
        self.tried.push(evidence);
        Ok(holds)
    }

    /// The cheapest choice, given one that meets the targets.
    fn cheapest(&mut self, best: Vec<usize>) -> Result<Vec<usize>, E> {
        let mut answer = best;
        let last_size = *self.space.sizes.last().expect("there is a variable");
        for first in self.mixes() {
            let with = |last: usize| first.iter().copied().chain([last]).collect::<Vec<usize>>();
            let limit = (self.space.price)(&answer);
            // Only what is cheaper than the answer so far is of interest: below the first that is not.
            let (mut high, mut low) = (0, last_size);
            while high < low {
                let middle = usize::midpoint(high, low);
                if (self.space.price)(&with(middle)) < limit { high = middle + 1 } else { low = middle }
            }
            // Where the mix is that of the answer so far, its value at `high` is known to meet the targets; of another
            // one it is worth a try whether any that is cheaper does.
            let is_known = answer[..first.len()] == first[..];
            if high == 0 || !is_known && !self.meets(&with(high - 1))? {
                continue;
            }
            // Those below `low` do not meet the targets, the one at `high` does.
            let mut high = if is_known { high } else { high - 1 };
            let mut low = 0;
            while low < high {
                let middle = usize::midpoint(low, high);
                if self.meets(&with(middle))? { high = middle } else { low = middle + 1 }
            }
            answer = with(high);
        }
        Ok(answer)
    }

    /// Mixes of all variables but the last, the cheap ones first.
    fn mixes(&self) -> Vec<Vec<usize>> {
        let (_, sizes) = self.space.sizes.split_last().expect("there is a variable");
        let mut mixes: Vec<Vec<usize>> = vec![Vec::new()];
        for size in sizes {
            let with = |mix: &Vec<usize>| {
                (0..*size).map(|value| mix.iter().copied().chain([value]).collect()).collect::<Vec<_>>()
            };
            mixes = mixes.iter().flat_map(with).collect();
        }
        let price =
            |mix: &Vec<usize>| (self.space.price)(&mix.iter().copied().chain([0]).collect::<Vec<_>>());
        mixes.sort_by(|a, b| price(a).total_cmp(&price(b)).then_with(|| a.cmp(b)));
        mixes
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;
    use crate::study::ends::Ends;
    use proptest::prelude::*;

    fn evidence(choice: &[usize], holds: bool) -> Evidence {
        let verdict = if holds { Verdict::Holds } else { Verdict::Undecided };
        let ends = Ends::default();
        Evidence { choice: choice.to_vec(), runs: 1, verdict, targets: Vec::new(), ends, binding: None }
    }

    fn find(
        sizes: &[usize],
        price: &dyn Fn(&[usize]) -> f64,
        holds: &dyn Fn(&[usize]) -> bool,
    ) -> (Found, f64) {
        let mut spent = 0.0;
        let space = Space { sizes: sizes.to_vec(), price, error: 0.05 };
        let found = search(&space, &mut |choice, error| {
            spent += error;
            Ok::<_, Infallible>(evidence(choice, holds(choice)))
        });
        let Ok(found) = found;
        (found, spent)
    }

    #[test]
    fn bisection_tries_few() {
        for size in [1_usize, 2, 3, 8, 16, 17, 100] {
            let most = 1 + size.next_power_of_two().trailing_zeros() as usize;
            for wanted in 0..size {
                let (found, spent) = find(&[size], &|choice| choice[0] as f64, &|choice| choice[0] >= wanted);
                assert_eq!(found.answer, Some(vec![wanted]));
                assert!(found.tried.len() <= most, "{wanted} of {size}: {}", found.tried.len());
                assert!(spent <= 0.05 + 1e-12, "{wanted} of {size}: {spent}");
            }
        }
        let (found, _) = find(&[100], &|choice| choice[0] as f64, &|_| false);
        assert_eq!((found.answer, found.tried.len()), (None, 1));
        assert_eq!(find(&[1], &|_| 0.0, &|_| true).0.answer, Some(vec![0]));
    }

    proptest! {
        /// Any monotone rule, any growing prices: the answer is one of the cheapest of all that meet it.
        #[test]
        fn the_answer_is_the_cheapest(
            sizes in prop::collection::vec(1_usize..6, 1..4),
            weights in prop::collection::vec(1_u32..9, 3),
            prices in prop::collection::vec(1_u32..9, 3),
            need in 0_u32..60,
            least in 0_usize..3,
        ) {
            let weigh = |list: &[u32], choice: &[usize]| -> u32 {
                choice.iter().zip(list).map(|(value, weight)| *value as u32 * weight).sum()
            };
            let holds = |choice: &[usize]| weigh(&weights, choice) >= need && choice[0] >= least;
            let price = |choice: &[usize]| f64::from(weigh(&prices, choice));
            let (found, spent) = find(&sizes, &price, &holds);
            prop_assert!(spent <= 0.05 + 1e-12);
            let mut all: Vec<Vec<usize>> = vec![Vec::new()];
            for size in &sizes {
                all = all.iter().flat_map(|mix| (0..*size).map(move |value| {
                    mix.iter().copied().chain([value]).collect::<Vec<_>>()
                })).collect();
            }
            let cheapest = all.iter().filter(|choice| holds(choice)).map(|choice| price(choice)).min_by(f64::total_cmp);
            prop_assert_eq!(found.answer.as_ref().map(|answer| price(answer)), cheapest);
            prop_assert!(found.answer.is_none_or(|answer| holds(&answer)));
        }
    }
}
