using System;

namespace Toolkit.Numerics.Files;

/// <summary>Carries an <see cref="InputError"/> to the boundary, where its one line is shown.</summary>
/// <param name="error">What is wrong, and where.</param>
public sealed class InputException(InputError error) : Exception(error.ToString())
{
    /// <summary>What is wrong, and where.</summary>
    public InputError Error { get; } = error;

    /// <summary>An exception from the facts; see <see cref="InputError"/>.</summary>
    public InputException(string source, long? line, string? field, string found, string expected)
        : this(new InputError(source, line, field, found, expected))
    {
    }
}
