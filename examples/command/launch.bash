# For the scripts `run`, which say where the checkout is ($home): reads how to start what was built, and
# builds it first where the last build is not one of these sources.
#
# launch_note WHAT NOTE MODULE...: sets java and class_path. WHAT is built with the first MODULE; the
# others are on its class path as well, and NOTE is the file that its build leaves.

# Whether the last build may be older than the sources, or the checkout was copied or moved since, or the
# build took other modules from the local repository.
is_stale() {
  local note=$1 java class_path module entries entry
  shift
  { read -r java && read -r class_path; } 2>/dev/null <"$note" && [ -x "$java" ] || return 0
  for module; do
    [[ :$class_path == *":$home/$module/target/"* ]] || return 0
  done
  IFS=: read -ra entries <<<"$class_path"
  for entry in "${entries[@]}"; do
    [ -e "$entry" ] || return 0
  done
  [ -n "$(cd "$home" && find pom.xml examples/pom.xml "${@/%//pom.xml}" "${@/%//src/main}" \
    -newer "$note" -print -quit)" ]
}

launch_note() {
  local what=$1 note=$2 log
  shift 2
  case $home in
    *:*) echo "no class path can lead to $home, because of the colon" >&2; exit 1 ;;
  esac
  if is_stale "$note" "$@"; then
    echo "building the $what (the first time this takes a minute or two) ..." >&2
    log=$(mktemp)
    trap 'rm -f "$log"' EXIT
    if ! (cd "$home" && mvn -B -ntp -q package -pl "$1" -am -DskipTests -Djacoco.skip \
        -Dspotless.check.skip) >"$log" 2>&1 </dev/null; then
      cat "$log" >&2
      echo "the build failed" >&2
      exit 1
    fi
    rm -f "$log"
    trap - EXIT
  fi
  { read -r java && read -r class_path; } <"$note"
}
