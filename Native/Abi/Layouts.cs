using System.Runtime.InteropServices;

namespace Toolkit.Native.Abi;

/// <summary>A structure in the caller's memory: <c>toolkit_structure</c> of toolkit.h.</summary>
/// <remarks>The command, which calls the library to verify what it exports, is compiled with this file, too.</remarks>
[StructLayout(LayoutKind.Sequential)]
internal unsafe partial struct StructureView
{
    /// <summary>How many atoms.</summary>
    public long Atoms;

    /// <summary>Atomic numbers: <c>[atom]</c>.</summary>
    public int* Species;

    /// <summary><c>[atom, xyz]</c>, Å.</summary>
    public double* Positions;

    /// <summary><c>[vector, xyz]</c>, Å; or null.</summary>
    public double* Cell;

    /// <summary>Which directions repeat: one bit each, 1, 2 and 4.</summary>
    public int Periodic;

    /// <summary>How many numbers there are beside positions, as spins and charges.</summary>
    public int Properties;

    /// <summary>Their names, UTF-8: <c>[property]</c>.</summary>
    public byte** Names;

    /// <summary>Numbers per atom: <c>[property]</c>.</summary>
    public int* Widths;

    /// <summary><c>[property][atom, component]</c>.</summary>
    public double** Values;
}

/// <summary>Where a prediction goes in the caller's memory: <c>toolkit_prediction</c> of toolkit.h. What is null is not wanted.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe partial struct PredictionView
{
    /// <summary>eV.</summary>
    public double* Energy;

    /// <summary><c>[atom]</c>, eV.</summary>
    public double* Energies;

    /// <summary><c>[atom, xyz]</c>, eV/Å.</summary>
    public double* Forces;

    /// <summary>−∂E/∂ε: <c>[xyz, xyz]</c>, eV.</summary>
    public double* Virial;

    /// <summary>−∂E/∂v of each vector field, in the order of the model's: <c>[field, atom, xyz]</c>.</summary>
    public double* Fields;

    /// <summary>The standard deviation of the energy, eV; not a number where the model knows none.</summary>
    public double* EnergyDeviation;

    /// <summary>The same of each atom's energy: <c>[atom]</c>.</summary>
    public double* Deviations;
}
