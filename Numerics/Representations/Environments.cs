using System.Collections.Generic;

namespace Toolkit.Numerics.Representations;

/// <summary>
/// The environments that batches are made of, one after the other: the atoms of one structure or of several, which then fill batches
/// together.
/// </summary>
internal readonly struct Environments
{
    private readonly IReadOnlyList<StructureFields> _structures;
    private readonly int[]? _centres;
    private readonly int[]? _structureOf;

    /// <summary>Atoms of one structure.</summary>
    /// <param name="structure">What its fields know of it.</param>
    /// <param name="centres">The atoms; null: all.</param>
    public Environments(StructureFields structure, int[]? centres) => (_structures, _centres, _structureOf) = ([structure], centres, null);

    /// <summary>Atoms of several structures.</summary>
    /// <param name="structures">What their fields know of them.</param>
    /// <param name="centres">The atoms of each.</param>
    public Environments(IReadOnlyList<StructureFields> structures, IReadOnlyList<int[]> centres)
    {
        _structures = structures;
        var all = new List<int>();
        var structureOf = new List<int>();
        for (int s = 0; s < structures.Count; s++)
        {
            all.AddRange(centres[s]);
            for (int i = 0; i < centres[s].Length; i++)
                structureOf.Add(s);
        }
        (_centres, _structureOf) = ([.. all], [.. structureOf]);
    }

    /// <summary>The number of the structure that an environment belongs to.</summary>
    public int Structure(int environment) => _structureOf is null ? 0 : _structureOf[environment];

    /// <summary>The fields of that structure.</summary>
    public StructureFields Fields(int environment) => _structures[Structure(environment)];

    /// <summary>The atom.</summary>
    public int Centre(int environment) => _centres is null ? environment : _centres[environment];
}
