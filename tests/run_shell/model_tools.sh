#!/usr/bin/env bash
# What is made of model files: translations, causes and uses, differences, documentation.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$SHAMAL_SOURCE_DIR"/tests/stages/teacup.xmile "$SHAMAL_SOURCE_DIR"/tests/golden/modules*.xmile .

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
shamal() {
  "$SHAMAL_PROGRAM" "$@"
}
# The command fails with this exit code and says this.
refuses() {
  local code=$1 text=$2
  shift 2
  local got=0
  shamal "$@" >out 2>err || got=$?
  [[ $got -eq $code ]] || fail "$* ended with $got, not $code: $(cat err)"
  grep -qF -- "$text" err || fail "$* did not say \"$text\" but: $(cat err)"
}
says() {
  local text=$1
  shift
  shamal "$@" >out 2>err || fail "$*: $(cat err)"
  grep -qF -- "$text" out || fail "$* did not print \"$text\" but: $(cat out)"
}
same_results() {
  shamal run "$1" -o one.csv
  shamal run "$2" -o two.csv
  shamal compare two.csv one.csv --rtol 1e-9 >out || fail "$2 gives other results than $1: $(cat out)"
}

echo "both ways"
says "0 losses" convert teacup.xmile -o teacup.mdl
head -c 7 teacup.mdl | grep -qF "{UTF-8}" || fail "no encoding line"
grep -qF "SMOOTH(Teacup Temperature, Characteristic Time)" teacup.mdl || fail "SMTH1 is not SMOOTH"
same_results teacup.xmile teacup.mdl
says "0 losses" convert teacup.mdl -o back.xmile
grep -qF 'SMTH1(Teacup_Temperature, Characteristic_Time)' back.xmile || fail "SMOOTH is not SMTH1"
same_results teacup.xmile back.xmile

echo "within a language, as it is"
says "0 losses" convert teacup.mdl -o again.mdl
shamal convert again.mdl -o once_more.mdl >out
cmp again.mdl once_more.mdl || fail "an .mdl that was written changes when it is written again"
shamal convert modules.xmile -o kept.xmile >out
grep -q "<module" kept.xmile || fail "modules are gone without --flatten"

echo "flat"
shamal convert modules.xmile -o flat.xmile --flatten >out
if grep -q "<module" flat.xmile; then fail "modules are left"; fi
shamal check flat.xmile >out
shamal convert modules.xmile -o flat.mdl --json >names.json
grep -q '"variables"' names.json || fail "no names"

echo "refusals"
before=$(cat teacup.xmile)
refuses 2 '--output "teacup.xmile" is the model itself' convert teacup.xmile -o teacup.xmile
ln -s teacup.xmile link.xmile
refuses 2 '--output "link.xmile" is the model itself' convert teacup.xmile -o link.xmile
refuses 2 '--output "teacup.xmile" is the model itself' document teacup.xmile -o teacup.xmile
[[ $(cat teacup.xmile) == "$before" ]] || fail "the model was overwritten"
cp "$SHAMAL_SOURCE_DIR"/tests/golden/queues.xmile .
refuses 2 'not supported yet: "Through", a queue in Vensim'"'"'s language' convert queues.xmile -o queues.mdl
[[ ! -e queues.mdl ]] || fail "a model that cannot be translated was written"
refuses 2 'the output'"'"'s name ends with .xmile, .stmx or .mdl' convert teacup.xmile -o teacup.txt
refuses 2 'did you mean "Room Temperature"?' causes teacup.xmile "Room Temprature"
refuses 3 '' causes teacup.xmile "Room Temperature" --depth 0
refuses 2 'written in different languages' diff teacup.xmile teacup.mdl

echo "causes and uses"
shamal causes teacup.xmile "teacup_temperature" --depth 2 >out
diff out - <<'END' || fail "causes"
Teacup Temperature  (stock, Degree)
  Heat Loss  (flow, Degree/Minute)
    Teacup Temperature  (stock, Degree)
    Room Temperature  (constant, Degree)
    Characteristic Time  (constant, Minute)
END
shamal uses teacup.xmile "Characteristic Time" >out
diff out - <<'END' || fail "uses"
Characteristic Time  (constant, Minute)
  Heat Loss  (flow, Degree/Minute)
  Smoothed  (auxiliary, Degree)
END
says '"start_only"' causes teacup.xmile "Smoothed" --json

echo "differences"
says "0 differences" diff teacup.xmile teacup.xmile
sed -e 's/Characteristic/Cooling/g; s/<eqn>70</<eqn>20</; s/<stop>30</<stop>40</' teacup.xmile >new.xmile
code=0
shamal diff teacup.xmile new.xmile >out || code=$?
[[ $code -eq 1 ]] || fail "diff ended with $code"
for line in 'changed setting "simulation": stop' 'changed variable "Room Temperature": equation' \
  'renamed variable "Characteristic Time" to "Cooling Time"'; do
  grep -qF "$line" out || fail "diff does not say $line: $(cat out)"
done

echo "documentation"
for model in teacup.xmile teacup.mdl modules.xmile; do
  says "KiB" document $model -o page.html
  grep -q 'href="#v-' page.html || fail "no links in the page of $model"
  if grep -qE '(src|href)="?(https?:|//)|@import|url\(' page.html; then fail "the page of $model needs a network"; fi
done
shamal document teacup.xmile -o page.html >out
grep -qF '<a href="#v-room-temperature">Room_Temperature</a>' page.html || fail "the equation has no link"
echo "all as it should be"
