using System.Collections.Generic;
using System.CommandLine;
using System.Linq;
using Toolkit.Numerics.Models.Fit;
using Toolkit.Numerics.Representations;

namespace Toolkit.Cli;

/// <summary>The options that say under which names files have what is learned or compared.</summary>
internal sealed class LabelOptions
{
    private readonly Option<string?> _energy =
        new("--energy-key") { Description = "the property that is the energy, eV (REF_energy, energy)" };
    private readonly Option<string?> _forces =
        new("--forces-key") { Description = "the atom property that is the force, eV/Å (REF_forces, forces)" };
    private readonly Option<string?> _stress =
        new("--stress-key") { Description = "the property that is the stress, eV/Å³ (REF_stress, stress)" };
    private readonly Option<string?> _virial =
        new("--virial-key") { Description = "the property that is the virial, eV (REF_virial, virial)" };

    private readonly Option<string[]> _fields = new("--field-key")
    {
        Description = "the atom property that is −∂E/∂v of a vector field of the specification; once for each, in their order (spins: REF_magforces, REF_magfield, magforces, magfield)",
    };

    private readonly Option<string?> _dipole =
        new("--dipole-key") { Description = "with target dipole: the property that is the dipole, e·Å (REF_dipole, dipole)" };

    private readonly Option<string?> _tensor = new("--tensor-key")
    {
        Description = "with target tensor: the property that is the tensor, 3×3 or xx yy zz yz xz xy (REF_polarizability, polarizability, REF_dielectric, dielectric)",
    };

    private readonly Option<string?> _weight =
        new("--weight-key") { Description = "the property that a structure's weights are multiplied by" };

    /// <summary>The options.</summary>
    public IEnumerable<Option> All => [_energy, _forces, _stress, _virial, _fields, _dipole, _tensor, _weight];

    /// <summary>What they say; where they say nothing, what a model learned.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="learned">The names that a model learned from; null: there is none.</param>
    public LabelKeys Read(ParseResult result, LabelKeys? learned = null)
    {
        RequireFor(result, ModelTarget.Energy);
        string[] fields = result.GetValue(_fields) ?? [];
        return new LabelKeys
        {
            Energy = result.GetValue(_energy),
            Forces = result.GetValue(_forces),
            Stress = result.GetValue(_stress),
            Virial = result.GetValue(_virial),
            Fields = fields.Length > 0 ? fields : learned?.Fields.Select(static f => (string?)null).ToArray() ?? [],
            Weight = result.GetValue(_weight),
        };
    }

    /// <summary>What they say of dipoles or tensors.</summary>
    /// <param name="result">The command line.</param>
    /// <param name="target">Which of the two.</param>
    public LabelKeys Read(ParseResult result, ModelTarget target)
    {
        RequireFor(result, target);
        return new LabelKeys
        {
            Tensor = result.GetValue(target == ModelTarget.Dipole ? _dipole : _tensor),
            Weight = result.GetValue(_weight)
        };
    }

    /// <summary>Refuses the names of what a model does not learn.</summary>
    private void RequireFor(ParseResult result, ModelTarget target)
    {
        foreach (Option option in All)
        {
            bool isFor = option == _weight || target switch
            {
                ModelTarget.Dipole => option == _dipole,
                ModelTarget.Tensor => option == _tensor,
                _ => option != _dipole && option != _tensor,
            };
            if (!isFor && result.GetResult(option) is not null)
                throw new UsageException($"{option.Name}: found with a model of the target {target.ToString().ToLowerInvariant()}, expected names of what it learns");
        }
    }
}
