# Writes an OCI image layout, the same bytes for the same files; bash, to be sourced after lib.sh. Call begin_layout, then
# for each platform add_layer for its layers and add_image, then end_layout. $work is a directory for temporary files.
# shellcheck shell=bash disable=SC2154

# begin_layout DIR TIME: makes DIR if it is missing. Files and images are of that time (RFC 3339).
begin_layout() {
  layout=$1 layout_time=$2 manifests='' layers='' diff_ids=''
  mkdir -p "$layout/blobs/sha256"
  printf '{"imageLayoutVersion":"1.0.0"}' > "$layout/oci-layout"
}

# put FILE: moves it among the blobs, and sets digest and size.
put() {
  digest=$(sha256sum "$1") digest=${digest%% *}
  size=$(stat -c %s "$1")
  mv "$1" "$layout/blobs/sha256/$digest"
  digest=sha256:$digest
}

# add_layer ROOT: adds the directory's contents as a layer of the current image.
add_layer() {
  tar -C "$1" --sort=name --mtime="$layout_time" --owner=0 --group=0 --numeric-owner -cf "$work/layer.tar" .
  diff_ids+=${diff_ids:+,}$(printf '"sha256:%s"' "$(sha256sum < "$work/layer.tar" | cut -d ' ' -f 1)")
  gzip -n -6 < "$work/layer.tar" > "$work/layer.gz"
  rm "$work/layer.tar"
  put "$work/layer.gz"
  layers+=${layers:+,}$(printf \
    '{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"%s","size":%d}' "$digest" "$size")
}

# add_image ARCHITECTURE CONFIG: adds an image of the layers that were added since the last one. CONFIG is what its
# containers start with, as the members of a JSON object.
add_image() {
  printf '{"architecture":"%s","os":"linux","created":"%s","config":{%s},"rootfs":{"type":"layers","diff_ids":[%s]}}' \
    "$1" "$layout_time" "$2" "$diff_ids" > "$work/config"
  put "$work/config"
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.manifest.v1+json","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"%s","size":%d},"layers":[%s]}' \
    "$digest" "$size" "$layers" > "$work/manifest"
  put "$work/manifest"
  manifests+=${manifests:+,}$(printf \
    '{"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"%s","size":%d,"platform":{"architecture":"%s","os":"linux"}}' \
    "$digest" "$size" "$1")
  layers='' diff_ids=''
}

# end_layout TAG: tags the index of the images.
end_layout() {
  printf '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[%s]}' \
    "$manifests" > "$work/index"
  put "$work/index"
  printf '{"schemaVersion":2,"manifests":[{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"%s","size":%d,"annotations":{"org.opencontainers.image.ref.name":"%s"}}]}' \
    "$digest" "$size" "$1" > "$layout/index.json"
}
