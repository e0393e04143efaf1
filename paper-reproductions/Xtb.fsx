/// The functions of libxtb (Debian: libxtb6; 6.5.1 was used) that the scripts call which make labels.
module Xtb

open System.Runtime.InteropServices

[<DllImport("libxtb.so.6")>]
extern nativeint xtb_newEnvironment()
[<DllImport("libxtb.so.6")>]
extern void xtb_delEnvironment(nativeint& environment)
[<DllImport("libxtb.so.6")>]
extern int xtb_checkEnvironment(nativeint environment)
[<DllImport("libxtb.so.6")>]
extern void xtb_setVerbosity(nativeint environment, int verbosity)
[<DllImport("libxtb.so.6")>]
extern nativeint xtb_newMolecule(
    nativeint environment,
    int& count,
    int[] numbers,
    double[] positions,
    double& charge,
    int& unpaired,
    nativeint lattice,
    nativeint periodic
)

[<DllImport("libxtb.so.6")>]
extern void xtb_delMolecule(nativeint& molecule)
[<DllImport("libxtb.so.6")>]
extern nativeint xtb_newCalculator()
[<DllImport("libxtb.so.6")>]
extern void xtb_delCalculator(nativeint& calculator)
[<DllImport("libxtb.so.6")>]
extern nativeint xtb_newResults()
[<DllImport("libxtb.so.6")>]
extern void xtb_delResults(nativeint& results)
[<DllImport("libxtb.so.6")>]
extern void xtb_loadGFN2xTB(nativeint environment, nativeint molecule, nativeint calculator, nativeint file)
[<DllImport("libxtb.so.6")>]
extern void xtb_setAccuracy(nativeint environment, nativeint calculator, double accuracy)
[<DllImport("libxtb.so.6")>]
extern void xtb_setElectronicTemp(nativeint environment, nativeint calculator, double temperature)
[<DllImport("libxtb.so.6")>]
extern void xtb_setMaxIter(nativeint environment, nativeint calculator, int iterations)
[<DllImport("libxtb.so.6")>]
extern void xtb_updateMolecule(nativeint environment, nativeint molecule, double[] positions, nativeint lattice)
[<DllImport("libxtb.so.6")>]
extern void xtb_singlepoint(nativeint environment, nativeint molecule, nativeint calculator, nativeint results)
[<DllImport("libxtb.so.6")>]
extern void xtb_getEnergy(nativeint environment, nativeint results, double& energy)
[<DllImport("libxtb.so.6")>]
extern void xtb_getGradient(nativeint environment, nativeint results, double[] gradient)
[<DllImport("libxtb.so.6")>]
extern void xtb_getCharges(nativeint environment, nativeint results, double[] charges)
