//! Volumes (`SetDefaults_Volume` and those of its sources, core/v1, v1.34). No model reads them; they
//! are part of templates that are compared.

use k8s_openapi::api::core::v1::{
    DownwardAPIVolumeFile, EmptyDirVolumeSource, ProjectedVolumeSource, Volume,
};

use super::container::{field_selector, is_latest};
use super::text;

/// `0644`.
const FILE_MODE: i32 = 0o644;
const TOKEN_SECONDS: i64 = 3600;

/// A volume; one without a source is an empty directory.
pub(super) fn volume(volume: &mut Volume) {
    if *volume == (Volume { name: volume.name.clone(), ..Volume::default() }) {
        volume.empty_dir = Some(EmptyDirVolumeSource::default());
    }
    if let Some(path) = &mut volume.host_path {
        path.type_.get_or_insert_default();
    }
    if let Some(secret) = &mut volume.secret {
        secret.default_mode.get_or_insert(FILE_MODE);
    }
    if let Some(map) = &mut volume.config_map {
        map.default_mode.get_or_insert(FILE_MODE);
    }
    if let Some(downward) = &mut volume.downward_api {
        downward.default_mode.get_or_insert(FILE_MODE);
        files(downward.items.as_mut());
    }
    volume.projected.iter_mut().for_each(projected);
    if let Some(template) = volume.ephemeral.as_mut().and_then(|source| source.volume_claim_template.as_mut())
    {
        text(&mut template.spec.volume_mode, "Filesystem");
    }
    if let Some(image) = &mut volume.image {
        let latest = is_latest(image.reference.as_deref().unwrap_or_default());
        text(&mut image.pull_policy, if latest { "Always" } else { "IfNotPresent" });
    }
    storage_systems(volume);
}

fn files(items: Option<&mut Vec<DownwardAPIVolumeFile>>) {
    items.into_iter().flatten().filter_map(|file| file.field_ref.as_mut()).for_each(field_selector);
}

fn projected(projected: &mut ProjectedVolumeSource) {
    projected.default_mode.get_or_insert(FILE_MODE);
    for source in projected.sources.iter_mut().flatten() {
        if let Some(token) = &mut source.service_account_token {
            token.expiration_seconds.get_or_insert(TOKEN_SECONDS);
        }
        if let Some(downward) = &mut source.downward_api {
            files(downward.items.as_mut());
        }
    }
}

fn storage_systems(volume: &mut Volume) {
    if let Some(iscsi) = &mut volume.iscsi {
        text(&mut iscsi.iscsi_interface, "default");
    }
    if let Some(rbd) = &mut volume.rbd {
        text(&mut rbd.pool, "rbd");
        text(&mut rbd.user, "admin");
        text(&mut rbd.keyring, "/etc/ceph/keyring");
    }
    if let Some(disk) = &mut volume.azure_disk {
        text(&mut disk.caching_mode, "ReadWrite");
        text(&mut disk.kind, "Shared");
        text(&mut disk.fs_type, "ext4");
        disk.read_only.get_or_insert(false);
    }
    if let Some(scale_io) = &mut volume.scale_io {
        text(&mut scale_io.storage_mode, "ThinProvisioned");
        text(&mut scale_io.fs_type, "xfs");
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::defaulted;
    use kubecast_manifest::Object;

    #[test]
    fn volumes_as_they_are_stored() {
        let pod = |volumes: &str| {
            format!(
                "apiVersion: v1\nkind: Pod\nmetadata: {{name: p}}\nspec: {{containers: [{{name: c}}], volumes: [{volumes}]}}\n"
            )
        };
        let given = "{name: a}, {name: b, secret: {secretName: s}}, {name: c, hostPath: {path: /x}}, {name: d, projected: {sources: [{serviceAccountToken: {path: t}}]}}";
        let stored = "{name: a, emptyDir: {}}, {name: b, secret: {secretName: s, defaultMode: 420}}, {name: c, hostPath: {path: /x, type: \"\"}}, {name: d, projected: {defaultMode: 420, sources: [{serviceAccountToken: {path: t, expirationSeconds: 3600}}]}}";
        let volumes = |object: Object| match object {
            Object::Pod(pod) => pod.spec.expect("a spec").volumes,
            _ => panic!("a pod"),
        };
        let read = super::super::super::validate::testing::object(&pod(stored));
        assert_eq!(volumes(defaulted(&pod(given))), volumes(read));
    }
}
