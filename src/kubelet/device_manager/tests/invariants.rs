//! What holds of the Device Manager after any sequence of additions, removals and restarts.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Add(Vec<(ContainerKind, u32, u32)>, Option<u64>),
    Remove(usize),
    Restart,
}

fn step() -> impl Strategy<Value = Step> {
    let init = (prop_oneof![Just(Init), Just(Sidecar)], 0..4_u32, 0..3_u32);
    let app = (Just(App), 0..4_u32, 0..3_u32);
    let containers =
        (prop::collection::vec(init, 0..3), prop::collection::vec(app, 1..3)).prop_map(|(mut init, app)| {
            init.extend(app);
            init
        });
    prop_oneof![
        4 => (containers, prop::option::of(0..16_u64)).prop_map(|(pod, nodes)| Step::Add(pod, nodes)),
        3 => (0..8_usize).prop_map(Step::Remove),
        1 => Just(Step::Restart),
    ]
}

/// Each device's owner: a pod, and in it at most one container besides init containers.
fn check(manager: &DeviceManager, pods: &[PodDemand]) -> Result<(), TestCaseError> {
    let mut owners: BTreeMap<(usize, usize), (PodId, usize)> = BTreeMap::new();
    for pod in pods {
        for (at, container) in pod.containers.iter().enumerate() {
            for (resource, devices) in manager.assigned(pod.pod, at) {
                let devices: Vec<usize> = devices.collect();
                prop_assert_eq!(devices.len(), requested(container, resource));
                for device in devices {
                    let lasting = usize::from(container.kind != Init);
                    let owner = owners.entry((resource, device)).or_insert((pod.pod, 0));
                    prop_assert_eq!(owner.0, pod.pod, "a device of two pods");
                    owner.1 += lasting;
                    prop_assert!(owner.1 <= 1, "a device of two containers");
                }
            }
        }
    }
    for resource in 0..2 {
        let owned = owners.keys().filter(|(of, _)| *of == resource).count();
        prop_assert_eq!(manager.available(resource) + owned, manager.capacity(resource));
        let mut available = manager.available_devices(resource);
        prop_assert!(available.all(|(device, _)| !owners.contains_key(&(resource, device))));
    }
    Ok(())
}

proptest! {
    /// No device is given twice, those of removed pods are available again, and every device is either
    /// available or given.
    #[test]
    fn every_device_has_one_owner_or_is_available(steps in prop::collection::vec(step(), 1..40)) {
        let resources = [
            DeviceResource::new("example.com/gpu", [(0, 3), (1, 2), (3, 2)], 1),
            DeviceResource::new("example.com/key", [], 5),
        ];
        let mut manager = DeviceManager::new((0..4).collect(), resources);
        let mut pods: Vec<PodDemand> = Vec::new();
        for (id, step) in (0..).zip(steps) {
            match step {
                Step::Add(containers, nodes) => {
                    let containers =
                        containers.iter().map(|(kind, gpus, keys)| demand(*kind, 0, &[(0, *gpus), (1, *keys)]));
                    let pod = PodDemand { pod: PodId(id), containers: containers.collect() };
                    let before = [manager.available(0), manager.available(1)];
                    let count = pod.containers.len();
                    let given = (0..count).all(|at| manager.allocate(&pod, at, nodes.map(NumaMask)).is_ok());
                    if given {
                        // In a pod as a whole it is no less than what it has at a time.
                        for (resource, before) in before.into_iter().enumerate() {
                            let most = pod.most_at_a_time(|container| requested(container, resource));
                            prop_assert!(before - manager.available(resource) >= most);
                        }
                    }
                    pods.push(pod);
                }
                Step::Remove(at) if at < pods.len() => manager.remove(pods.remove(at).pod),
                Step::Remove(_) => {}
                Step::Restart => manager.restart(),
            }
            check(&manager, &pods)?;
        }
        for pod in pods {
            manager.remove(pod.pod);
        }
        prop_assert_eq!([manager.available(0), manager.available(1)], [8, 5]);
    }
}
