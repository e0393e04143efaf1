using System;
using System.Collections.Generic;
using System.Linq;

namespace Toolkit.Numerics.Representations;

/// <summary>The words of a choice, what each stands for in the library, and what each means to a reader.</summary>
/// <param name="words">The words; the first is the default where the key may be absent.</param>
internal sealed class SpecWords<T>(params (string Word, T Value, string Meaning)[] words)
    where T : struct
{
    /// <summary>The words as the schema lists them.</summary>
    internal IReadOnlyList<SpecOption> Options { get; } = words.Select(static w => new SpecOption(w.Word, w.Meaning)).ToArray();

    internal T ValueOf(string word) => Array.Find(words, w => w.Word == word).Value;

    internal string WordOf(T value) => Array.Find(words, w => EqualityComparer<T>.Default.Equals(w.Value, value)).Word;
}
