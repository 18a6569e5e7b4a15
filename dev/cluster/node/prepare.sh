#!/bin/bash
# Runs inside the node image while it is built: the OCI base spec, and the control plane's images from stdin.
set -euo pipefail
ctr oci spec |
  jq '.hooks.createContainer += [{path: "/kind/bin/mount-product-files.sh"}] | del(.process.rlimits)' \
    >/etc/containerd/cri-base.json
containerd >/tmp/containerd.log 2>&1 &
for _ in $(seq 100); do
  [ -S /run/containerd/containerd.sock ] && break
  sleep 0.1
done
ctr --namespace k8s.io images import --all-platforms --no-unpack --digests - >/dev/null || { tail -n 5 /tmp/containerd.log >&2; exit 1; }
kill %1
wait %1 || true
rm -f /tmp/containerd.log /prepare.sh
