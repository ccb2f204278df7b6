#!/usr/bin/env bash
# Ensembles as a user meets them: the same bytes for any number of threads, width of batches, cut into
# shards and point of interruption; designs from files; failures; what is refused.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
cp "$SHAMAL_SOURCE_DIR/tests/stages/teacup.xmile" .

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
same() {
  cmp "$1" "$2" || fail "$1 and $2 differ"
}
base=("$SHAMAL_PROGRAM" ensemble teacup.xmile --quiet --vary "Room Temperature=uniform(60,80)"
  --vary "Characteristic Time=lognormal(10,2)" --save "Teacup Temperature;Heat Loss"
  --times 0,10,30 --seed 7)
ensemble() {
  "${base[@]}" "$@"
}
# Ends with exit code 5 and a part: stopped after a tenth of a second of work, where all of it takes
# more than a second.
long=(--runs 12000 --dt 0.0004)
interrupted() {
  local part=$1
  shift
  "${base[@]}" "${long[@]}" --threads 1 "$@" &
  local process=$!
  local used=0
  while [[ $used -lt 10 ]]; do
    sleep 0.02
    used=$(awk '{print $14}' /proc/$process/stat) || fail "ended before it was interrupted"
  done
  kill -INT $process
  local code=0
  wait $process || code=$?
  [[ $code -eq 5 ]] || fail "interrupted: exit code $code"
  [[ -e $part ]] || fail "interrupted: no $part"
}

echo "threads and width of batches"
for design in montecarlo lhs sobol; do
  ensemble --design $design --runs 3000 --threads 1 -o one.nc
  ensemble --design $design --runs 3000 --threads 2 --batch 5 -o two.nc
  ensemble --design $design --runs 3000 --threads 8 --batch 100 -o eight.nc
  same one.nc two.nc
  same one.nc eight.nc
done

echo "shards"
ensemble --runs 3000 -o whole.nc
bins=(--summary-only --memory 1 --times "$(seq -s, 1 30)") # too many values to keep
ensemble --runs 3000 "${bins[@]}" -o fans.nc
for i in 1 2 3; do
  ensemble --runs 3000 --shard $i/3 -o part$i.nc
  ensemble --runs 3000 --shard $i/3 "${bins[@]}" -o fans$i.nc
done
"$SHAMAL_PROGRAM" merge part3.nc part1.nc part2.nc -o merged.nc
same whole.nc merged.nc
"$SHAMAL_PROGRAM" merge part2.nc part3.nc -o late.nc
"$SHAMAL_PROGRAM" merge part1.nc late.nc -o merged.nc
same whole.nc merged.nc
"$SHAMAL_PROGRAM" merge fans2.nc fans3.nc fans1.nc -o merged.nc
same fans.nc merged.nc
code=0
"$SHAMAL_PROGRAM" merge part1.nc part3.nc -o gap.nc 2>message || code=$?
[[ $code -eq 2 ]] && grep -q "begins with run" message || fail "a gap between shards: $(cat message)"
ensemble --runs 3000 --shard 2/3 --seed 8 -o other.nc
code=0
"$SHAMAL_PROGRAM" merge part1.nc other.nc -o gap.nc 2>message || code=$?
[[ $code -eq 2 ]] && grep -q "another ensemble" message || fail "another seed: $(cat message)"

echo "interruption"
interrupted cut.nc.part -o cut.nc
code=0
ensemble "${long[@]}" -o cut.nc 2>message || code=$?
[[ $code -eq 2 ]] && grep -q -- "--resume goes on" message || fail "a part is there: $(cat message)"
code=0
ensemble "${long[@]}" --seed 8 --resume -o cut.nc 2>message || code=$?
[[ $code -eq 2 ]] && grep -q "another ensemble" message || fail "another seed: $(cat message)"
ensemble "${long[@]}" --resume --json -o cut.nc >reply
grep -q '"complete": true' reply || fail "resumed: $(cat reply)"
grep -q '"continued": 0,' reply && fail "nothing was continued"
ensemble "${long[@]}" -o uncut.nc
same cut.nc uncut.nc
[[ -e cut.nc.part ]] && fail "the part is still there"

interrupted sum.nc.part --summary-only -o sum.nc
ensemble "${long[@]}" --summary-only --resume -o sum.nc
ensemble "${long[@]}" --summary-only --batch 16 -o unsum.nc
same sum.nc unsum.nc

echo "designs from files"
cat >mc.vsc <<'END'
50,M,1234,,0
Room Temperature=RANDOM_UNIFORM(60,80)
Characteristic Time=RANDOM TRIANGULAR(5,20,5,10,20)
END
"$SHAMAL_PROGRAM" ensemble teacup.xmile --quiet --control mc.vsc --save "Teacup Temperature" -o v.nc
printf 'room_temperature\tCharacteristic Time\n70\t10\n\t0\n80\t\n' >runs.txt
printf '9,F,1,runs.txt,0\n' >file.vsc
"$SHAMAL_PROGRAM" ensemble teacup.xmile --quiet --control file.vsc -o f.nc --json >reply
grep -q '"runs": 3' reply && grep -q '"failed": 2' reply || fail "a table with failures: $(cat reply)"
grep -q 'run 1: ' reply || fail "the first failure: $(cat reply)"

echo "single precision"
if grep -qw avx2 /proc/cpuinfo; then
  ensemble --runs 200 --precision single --threads 2 --json -o single.nc >reply
  grep -q '"precision_error": [0-9.]*e-0[5-9]' reply || fail "single precision: $(cat reply)"
  ensemble --runs 200 --precision single --threads 1 --batch 7 -o again.nc
  same single.nc again.nc
  ensemble --runs 200 -o double.nc
  cmp -s single.nc double.nc && fail "single precision makes double's numbers"
fi

echo "refusals"
refused() {
  local wanted=$1
  shift
  local code=0
  "$SHAMAL_PROGRAM" ensemble teacup.xmile --quiet -o no.nc "$@" 2>message || code=$?
  [[ $code -eq 2 ]] && grep -q "$wanted" message || fail "$*: $(cat message)"
}
refused 'did you mean "Room Temperature"' --vary "Rom Temperature=uniform(1,2)"
refused "low is not below high" --vary "Room Temperature=uniform(2,1)"
refused "distributions are uniform" --vary "Room Temperature=gauss(2,1)"
refused "outside of 0 to 30" --times 40
refused "write --shard 2/5" --shard 3/2
refused "no more shards than blocks" --runs 10 --shard 2/9
echo "all held"
