using System.Collections.Generic;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Models;

/// <summary>What models of energies and of tensors have in common: what they are made from and what is known of their fit.</summary>
public interface IFittedModel
{
    /// <summary>How its features are made.</summary>
    Spec Spec { get; }

    /// <summary>The species of atoms that it knows, atomic numbers, increasing.</summary>
    IReadOnlyList<int> Species { get; }

    /// <summary>Numbers that each atom is described by.</summary>
    int FeatureCount { get; }

    /// <summary>What is known of the fit.</summary>
    ModelAbout About { get; }
}
