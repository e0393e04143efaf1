#!/usr/bin/env bash
# Makes silicon.xyz.gz: silicon labelled by the environment-dependent potential EDIP (Bazant, Kaxiras, Justo, Phys. Rev. B 56, 8542 (1997)),
# which LAMMPS computes: energies, forces, virials. Training and test structures come from runs of their own.
#   paper-reproductions/benchmarks-2026/data/make.sh [LMP]     needs LAMMPS with MANYBODY and its file Si.edip
set -euo pipefail
cd "$(dirname "$0")"
lmp=$(command -v "${1:-lmp}")
potentials=${LAMMPS_POTENTIALS:-/usr/share/lammps/potentials}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo 'sed 1,9d frame.txt >> frames.txt' > "$work/add.sh"

# run SET GROUP SEED FRAMES KELVIN WHAT: frames of a run at a temperature. WHAT: bulk, strained (each frame from its own
# cell), vacancy, surface, melt.
run() {
    local set=$1 group=$2 seed=$3 frames=$4 kelvin=$5 what=$6 cell="2 2 2" before="run 2000"
    case $what in
    surface) cell="2 2 4" ;;
    melt) before="velocity all create 6000 ${seed}
        run 3000
        velocity all create $kelvin ${seed}
        run 3000" ;;
    esac
    { cat <<IN
units metal
atom_modify map yes
boundary p p p
lattice diamond 5.431
region box prism 0 ${cell% * *} 0 2 0 ${cell##* } 0 0 0
create_box 1 box
region solid block INF INF INF INF INF $([ "$what" = surface ] && echo 2.01 || echo INF) units lattice
create_atoms 1 region solid
mass 1 28.085
pair_style edip
pair_coeff * * $potentials/Si.edip Si
neigh_modify delay 0 every 1
compute p all pressure NULL virial
thermo_style custom step pe c_p[1]
thermo 1000
timestep 0.001
variable seed equal $seed
displace_atoms all random 0.02 0.02 0.02 $seed
IN
    [ "$what" = vacancy ] && printf 'group gone id 9\ndelete_atoms group gone compress yes\n'
    cat <<IN
velocity all create $kelvin $seed mom yes
fix t all nvt temp $kelvin $kelvin 0.1
$before
variable k loop $frames
label next
variable s equal \${seed}+\${k}
IN
    [ "$what" = strained ] && cat <<'IN'
variable a equal random(-0.06,0.06,${s})
variable b equal random(-0.06,0.06,${s})
variable c equal random(-0.06,0.06,${s})
variable d equal random(-0.8,0.8,${s})
change_box all x final 0 $(10.862*(1+v_a)) y final 0 $(10.862*(1+v_b)) z final 0 $(10.862*(1+v_c)) &
    xy final $(v_d) xz final $(-v_d/2) yz final $(v_d) remap units box
IN
    cat <<IN
run $([ "$what" = strained ] && echo 200 || echo 600)
print "# \$(pe:%.8f) \$(c_p[1]:%.6f) \$(c_p[2]:%.6f) \$(c_p[3]:%.6f) \$(c_p[4]:%.6f) \$(c_p[5]:%.6f) \$(c_p[6]:%.6f) \$(vol:%.8f) \$(lx:%.8f) \$(ly:%.8f) \$(lz:%.8f) \$(xy:%.8f) \$(xz:%.8f) \$(yz:%.8f) \$(xlo:%.8f) \$(ylo:%.8f) \$(zlo:%.8f)" append frames.txt
write_dump all custom frame.txt x y z fx fy fz modify sort id format line "%.5f %.5f %.5f %.4f %.4f %.4f"
shell sh add.sh
next k
jump SELF next
IN
    } > "$work/in.lammps"
    (cd "$work" && rm -f frames.txt && "$lmp" -in in.lammps -log none -screen log.txt) || { tail -n 5 "$work/log.txt" >&2; exit 1; }
    # Pressures in bar become the virial in eV: the potential's part alone.
    awk -v set="$set" -v group="$group" '
        function flush_frame(   i) {
            if (!n) return
            print n; print head
            for (i = 1; i <= n; i++) print atom[i]
            n = 0
        }
        $1 == "#" {
            flush_frame()
            v = $9 / 1602176.634
            head = sprintf("Lattice=\"%s 0 0 %s %s 0 %s %s %s\" Properties=species:S:1:pos:R:3:forces:R:3 pbc=\"T T T\" energy=%s virial=\"%.6f %.6f %.6f %.6f %.6f %.6f\" set=%s group=%s",
                $10, $13, $11, $14, $15, $12, $2, $3 * v, $4 * v, $5 * v, $8 * v, $7 * v, $6 * v, set, group)
            for (k = 0; k < 3; k++) low[k] = $(16 + k)
            next
        }
        { atom[++n] = sprintf("Si %.5f %.5f %.5f %s %s %s", $1 - low[0], $2 - low[1], $3 - low[2], $4, $5, $6) }
        END { flush_frame() }' "$work/frames.txt" >> "$work/silicon.xyz"
}

for set in training test; do
    # Seeds and numbers of frames of the two sets.
    if [ $set = training ]; then s=100 n=24; else s=900 n=8; fi
    run $set bulk-300K $((s + 1)) $((n / 2)) 300 bulk
    run $set bulk-1500K $((s + 2)) $n 1500 bulk
    run $set strained $((s + 3)) $n 300 strained
    run $set vacancy $((s + 4)) $n 1200 vacancy
    run $set surface $((s + 5)) $((n / 2)) 900 surface
    run $set melt $((s + 6)) $n 2500 melt
done
gzip -9n < "$work/silicon.xyz" > silicon.xyz.gz
