using System;
using System.Collections.Generic;
using System.Runtime.InteropServices;
using Toolkit.Numerics.Structures;

namespace Toolkit.Native.Abi;

/// <summary>A structure in the caller's memory: <c>toolkit_structure</c> of toolkit.h.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct StructureView
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

    /// <summary>A copy.</summary>
    /// <param name="view">The caller's structure.</param>
    /// <exception cref="ArgumentException">It is none.</exception>
    public static Structure Read(StructureView* view)
    {
        ArgumentNullException.ThrowIfNull(view);
        int n = checked((int)view->Atoms);
        var properties = new List<KeyValuePair<string, PropertyArray>>();
        for (int p = 0; p < view->Properties; p++)
        {
            int width = view->Widths[p];
            properties.Add(new(Handles.Text(view->Names[p], "name of a property"),
                PropertyArray.Real(new ReadOnlySpan<double>(view->Values[p], checked(n * width)), width)));
        }

        return Structure.Create(
            new ReadOnlySpan<int>(view->Species, n),
            new ReadOnlySpan<double>(view->Positions, checked(3 * n)),
            view->Cell == null ? null : new Cell(new ReadOnlySpan<double>(view->Cell, 9)),
            new Periodicity((view->Periodic & 1) != 0, (view->Periodic & 2) != 0, (view->Periodic & 4) != 0),
            properties);
    }
}
