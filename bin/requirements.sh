# What the scripts need of the machine. bin/setup installs what is missing by these checks, and bin/doctor shows them all;
# bash, to be sourced after lib.sh.
# shellcheck shell=bash disable=SC2154

# requirements PURPOSE: prints the names of the requirements of that purpose.
requirements() {
  echo jdk maven
  [ "$1" != build ] || return 0
  echo containerd runc busybox util-linux mount
  [ "$1" != demo ] || return 0
  echo skopeo umoci aws shellcheck zstd isa-l tmux zsh fish man lintian debootstrap chromium curl faketime python3-prometheus-client
  case $1 in
    docker) echo docker ;;
    bench) echo docker-registry time igzip ;;
  esac
}

# find_requirement NAME PURPOSE: describes what there is; fails if it is missing.
find_requirement() {
  case $1 in
    # Some tests run as other users, who have to be able to run it, too.
    jdk) case $2 in build | demo) find_jdk25 ;; *) find_jdk25 "$(! is_root || echo all)" ;; esac ;;
    maven) find_maven > /dev/null && maven_version "$(find_maven)" ;;
    containerd) have ctr && have containerd-shim-runc-v2 && have containerd && containerd_version containerd ;;
    runc) have runc && runc --version | awk 'NR == 1 { print $NF }' ;;
    # A container of the demo has nothing else, so it has to be static.
    busybox) have busybox && ! ldd "$(command -v busybox)" > /dev/null 2>&1 && echo static ;;
    util-linux) have unshare && have nsenter && have flock && have setpriv && echo 'unshare, nsenter, flock, setpriv' ;;
    docker) have docker && have dockerd && command -v dockerd ;;
    # A library, which the daemon doesn't use: that takes the program igzip.
    isa-l) compgen -G '/usr/lib*/*/libisal.so.2' ;;
    # What reads metrics as Prometheus does.
    python3-prometheus-client) /usr/bin/python3 -c 'import prometheus_client' 2> /dev/null && echo prometheus_client ;;
    # The shell's own says nothing about memory.
    time) [ -x /usr/bin/time ] && echo /usr/bin/time ;;
    *) command -v "$1" ;;
  esac
}

# package_of NAME: prints the Debian package that has it.
package_of() {
  case $1 in
    jdk) echo openjdk-25-jdk-headless ;;
    busybox) echo busybox-static ;;
    aws) echo awscli ;;
    docker) echo docker.io ;;
    isa-l) echo libisal2 ;;
    igzip) echo isal ;;
    man) echo man-db ;;
    *) echo "$1" ;;
  esac
}

# missing PURPOSE: prints the names of what that purpose lacks, a line each.
missing() {
  local name
  for name in $(requirements "$1"); do
    find_requirement "$name" "$1" > /dev/null 2>&1 || echo "$name"
  done
}

# may_mount: whether this user may have mounts of its own.
may_mount() { unshare --mount --propagation slave true 2> /dev/null; }

# free_mib DIR: prints the free space, in MiB, of the file system that DIR is or would be in.
free_mib() {
  local dir=$1
  while [ ! -e "$dir" ]; do dir=${dir%/*}; done
  df -Pm "${dir:-/}" | awk 'NR == 2 { print $4 }'
}

# short_of_space PURPOSE: prints the directories that have too little space for it, with what it takes, in MiB.
short_of_space() {
  local tmp=300
  case $1 in build) tmp=20 ;; demo) tmp=100 ;; esac
  app_is_current || report_space "$repo" 300
  [ -d "$HOME/.m2/repository/software/amazon/awssdk" ] || report_space "$HOME" 500
  report_space /tmp $tmp
}
report_space() {
  local free
  free=$(free_mib "$1")
  [ "$free" -ge "$2" ] || echo "$1 has $free MiB free and should have $2"
}

# require PURPOSE: for a purpose that starts daemons: installs what it needs, or ends the script with a line that says
# what to do.
require() {
  local short
  [ "$(uname -s)" = Linux ] ||
    die "containerd runs on Linux only. Here you can build, test without containerd (bin/verify --unit) and use bin/ecr local"
  is_root || die "containerd needs root: sudo bin/${script##*/}. What works without: bin/ecr, bin/verify --unit; bin/doctor says more"
  "$repo/bin/setup" --quiet "$1"
  may_mount || die "root may not mount here (CAP_SYS_ADMIN), and containerd has to. In a container: docker run --privileged"
  short=$(short_of_space "$1")
  [ -z "$short" ] || die "not enough space: ${short//$'\n'/; }"
  [ "$1" = demo ] || find_overlays || die "this kernel has no overlay file system, which the tests need: modprobe overlay"
}
