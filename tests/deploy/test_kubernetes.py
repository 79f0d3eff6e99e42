"""The manifests against the published schemas of the API, the restricted profile, and each other. No cluster is asked."""

from __future__ import annotations

import copy
import subprocess
from typing import Any

import kubernetes_validate
import pytest
import yaml

from tests.deploy import kit

VERSIONS = ("1.27", "1.31", "1.37")
"""1.27 is the first in which a CronJob's timeZone is settled."""


@pytest.mark.parametrize("version", VERSIONS)
def test_every_manifest_follows_the_schema(version: str) -> None:
    found = kit.resources()
    assert len(found) >= 17
    for one in found:
        kubernetes_validate.validate(one, version, strict=True)


def test_a_manifest_with_a_mistake_would_be_found() -> None:
    wrong = copy.deepcopy(next(one for one in kit.resources() if one["kind"] == "Deployment"))
    wrong["spec"]["template"]["spec"]["terminationGracePeriod"] = 60
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("folder", ["common", "sqlite", "postgres"])
def test_the_list_of_each_folder_names_its_files(folder: str) -> None:
    here = kit.DEPLOY / "kubernetes" / folder
    (listed,) = kit.documents(here / "kustomization.yaml")
    files = {path.name for path in here.glob("*.yaml")} - {"kustomization.yaml", "secret.template.yaml"}
    assert {name for name in listed["resources"] if name != "../common"} == files
    assert ("../common" in listed["resources"]) == (folder != "common")


@pytest.mark.parametrize("folder", ["sqlite", "postgres"])
def test_kubectl_puts_each_folder_together_in_one_namespace(folder: str) -> None:
    kubectl = kit.tool("kubectl", "it comes with no package of Debian 12")
    ran = subprocess.run(
        [kubectl, "kustomize", str(kit.DEPLOY / "kubernetes" / folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    put_together = [one for one in yaml.safe_load_all(ran.stdout) if one]
    listed = [
        one
        for path in kit.KUBERNETES
        if path.parent.name in (folder, "common") and ".template." not in path.name
        for one in kit.documents(path)
        if one["kind"] != "Kustomization"
    ]
    assert len(put_together) == len(listed) >= 10
    named = {one["metadata"].get("namespace") for one in put_together if one["kind"] != "Namespace"}
    assert named == {kit.PROGRAM}


@pytest.mark.parametrize(
    ("name", "spec"), kit.pod_specs(), ids=lambda one: one if isinstance(one, str) else ""
)
def test_every_pod_meets_the_restricted_profile(name: str, spec: dict[str, Any]) -> None:
    """Pod Security Standards, restricted: https://kubernetes.io/docs/concepts/security/pod-security-standards/"""
    pod = spec["securityContext"]
    assert (pod["runAsNonRoot"], pod["seccompProfile"]) == (True, {"type": "RuntimeDefault"})
    assert spec["automountServiceAccountToken"] is False
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
    allowed = {"configMap", "secret", "emptyDir", "persistentVolumeClaim"}
    assert all(set(volume) - {"name"} <= allowed for volume in spec["volumes"])
    for container in kit.containers(spec):
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert container["resources"]["limits"]["memory"]


@pytest.mark.parametrize(
    ("name", "spec"), kit.pod_specs(), ids=lambda one: one if isinstance(one, str) else ""
)
def test_what_a_pod_uses_is_there(name: str, spec: dict[str, Any]) -> None:
    folder = next(
        path.parent
        for path in kit.KUBERNETES
        if any(one["metadata"]["name"] == name for one in kit.documents(path) if "metadata" in one)
        and any(kit.containers(spec) == kit.containers(each) for each in _specs_in(path))
    )
    there = {
        (one["kind"], one["metadata"]["name"])
        for path in [*folder.glob("*.yaml"), *(kit.DEPLOY / "kubernetes" / "common").glob("*.yaml")]
        for one in kit.documents(path)
        if one["kind"] != "Kustomization"
    }
    declared = {volume["name"] for volume in spec["volumes"]}
    mounted = {mount["name"] for container in kit.containers(spec) for mount in container["volumeMounts"]}
    assert mounted == declared
    for volume in spec["volumes"]:
        if "configMap" in volume:
            assert ("ConfigMap", volume["configMap"]["name"]) in there
        if "secret" in volume:
            assert ("Secret", volume["secret"]["secretName"]) in there
        if "persistentVolumeClaim" in volume:
            assert ("PersistentVolumeClaim", volume["persistentVolumeClaim"]["claimName"]) in there
    assert ("ServiceAccount", spec["serviceAccountName"]) in there
    keys = {
        one["metadata"]["name"]: set(one["stringData"]) for one in kit.resources() if one["kind"] == "Secret"
    }
    for container in kit.containers(spec):
        for variable in container["env"]:
            if "valueFrom" in variable:
                ref = variable["valueFrom"]["secretKeyRef"]
                assert ref["key"] in keys[ref["name"]]


def _specs_in(path: Any) -> list[dict[str, Any]]:
    found = []
    for one in kit.documents(path):
        if one["kind"] == "Deployment":
            found.append(one["spec"]["template"]["spec"])
        if one["kind"] == "CronJob":
            found.append(one["spec"]["jobTemplate"]["spec"]["template"]["spec"])
    return found


def test_deployments_are_probed_and_found_by_what_selects_them() -> None:
    deployments = [one for one in kit.resources() if one["kind"] == "Deployment"]
    (service,) = [one for one in kit.resources() if one["kind"] == "Service"]
    serving = set()
    for one in deployments:
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert one["spec"]["selector"]["matchLabels"].items() <= labels.items()
        if service["spec"]["selector"].items() <= labels.items():
            serving.add(one["metadata"]["name"])
        (container,) = one["spec"]["template"]["spec"]["containers"]
        assert container["livenessProbe"]["httpGet"]["path"] == "/livez"
        assert container["readinessProbe"]["httpGet"]["path"] == "/readyz"
    # The worker of the PostgreSQL variant serves nobody.
    assert serving == {"hybrid-sync-serve", "hybrid-sync-web"}
    (budget,) = [one for one in kit.resources() if one["kind"] == "PodDisruptionBudget"]
    (web,) = [one for one in deployments if one["metadata"]["name"] == "hybrid-sync-web"]
    assert (
        budget["spec"]["selector"]["matchLabels"].items()
        <= web["spec"]["template"]["metadata"]["labels"].items()
    )
    assert web["spec"]["replicas"] > budget["spec"]["minAvailable"]


def test_sqlite_is_never_opened_by_two_workers() -> None:
    (one,) = [one for one in kit.resources() if one["metadata"]["name"] == "hybrid-sync-serve"]
    assert (one["spec"]["replicas"], one["spec"]["strategy"]) == (1, {"type": "Recreate"})


def test_the_world_reaches_pages_and_not_what_is_for_machines() -> None:
    (ingress,) = [one for one in kit.resources() if one["kind"] == "Ingress"]
    paths = {path["path"] for rule in ingress["spec"]["rules"] for path in rule["http"]["paths"]}
    assert {"/join", "/my", "/events", "/static", "/webhooks/webex"} <= paths
    assert not {"/metrics", "/livez", "/readyz"} & paths
    assert all(
        path["pathType"] == "Exact"
        for path in ingress["spec"]["rules"][0]["http"]["paths"]
        if path["path"] == "/"
    )
