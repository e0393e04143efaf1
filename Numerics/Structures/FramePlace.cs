using Toolkit.Numerics.Files;

namespace Toolkit.Numerics.Structures;

/// <summary>Where a structure comes from.</summary>
/// <param name="Source">What messages call the file.</param>
/// <param name="Frame">Its number in the file, from 1.</param>
public readonly record struct FramePlace(string Source, int Frame)
{
    /// <summary>An error of this structure.</summary>
    /// <param name="field">The part of it, as "atom 3"; null: the whole.</param>
    /// <param name="found">What was found.</param>
    /// <param name="expected">What was expected.</param>
    internal InputException Bad(string? field, string found, string expected) =>
        new(Source, null, $"frame {Frame}{(field is null ? "" : ", " + field)}", found, expected);
}
