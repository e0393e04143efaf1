using System;
using System.Collections.Generic;
using Toolkit.Numerics.Structures;

namespace Toolkit.Native.Abi;

internal unsafe partial struct StructureView
{
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
