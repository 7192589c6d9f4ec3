# Sourced by setup.sh: Debian packages, from package lists that are not too old.
#
# On a fresh machine the lists are those of its image. Half a year old, they bring browsers that nobody can drive any more, or
# name files that the mirror has not any more.

LISTS_GOOD_FOR_MINUTES=1440

# That a refresh failed: apt counts it as one, and mostly ends with 0.
refresh_failed=target/logs/apt-refresh-failed

as_root=()
lists_refreshed=

# Debian packages, if this is Debian or Ubuntu and we may; false means that the caller has to say what is missing.
install_debian() { # package…
  [ -z "${NO_APT:-}" ] && have apt-get || return 1
  if [ "$(id -u)" != 0 ]; then
    have sudo && sudo -n true 2>/dev/null || return 1
    as_root=(sudo -n)
  fi
  # Old lists are better than none: whether they will do, the installation finds out.
  lists_are_fresh || refresh_lists || true
  local install=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@")
  (step "apt: $*" "$(advice_on_failure)" "${install[@]}") && return
  # Lists of today may lack what the mirror got an hour ago.
  refresh_lists || return 1
  (step "apt: $* (again)" "$(advice_on_failure)" "${install[@]}") || return 1
}

advice_on_failure() {
  if [ -n "$lists_refreshed" ]; then echo "Install these packages by hand."; else echo "Trying again with fresh package lists."; fi
}

# Every refresh writes into the folder "partial", also one that finds nothing new. The lists themselves carry the mirror's times,
# and all else that would tell (update-success-stamp, pkgcache.bin) is missing on many machines.
lists_are_fresh() {
  local lists=/var/lib/apt/lists/
  eval "$(apt-config shell lists Dir::State::lists/d 2>/dev/null)" || true
  [ ! -e "$refresh_failed" ] &&
    [ -n "$(find "$lists" -maxdepth 1 -name '*Release' 2>/dev/null | head -n 1)" ] &&
    [ -n "$(find "${lists}partial" -maxdepth 0 -mmin "-$LISTS_GOOD_FOR_MINUTES" 2>/dev/null)" ]
}

# Once per run, whatever comes of it.
refresh_lists() {
  [ -z "$lists_refreshed" ] || return 1
  lists_refreshed=1
  # Without "any", a mirror that was not reached is a warning, not a failure.
  if (step "apt: fresh package lists" "Is the Debian mirror reachable? Going on with the lists that are here." \
    "${as_root[@]}" apt-get update -q -o APT::Update::Error-Mode=any); then
    rm -f "$refresh_failed"
  else
    touch "$refresh_failed"
    return 1
  fi
}
