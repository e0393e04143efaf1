using Toolkit.Numerics.Learning;
using Toolkit.Numerics.Learning.Kernels;
using Toolkit.Numerics.Representations;

namespace Toolkit.Numerics.Models;

/// <summary>What the words of a specification's model stand for in the library.</summary>
internal static class ModelParts
{
    public static EnvironmentKernel Create(this KernelSpec spec) => spec.Kind switch
    {
        KernelKind.Gaussian => new GaussianKernel(spec.Width),
        KernelKind.NormalisedPolynomial => new NormalisedPolynomialKernel(spec.Degree),
        _ => new PolynomialKernel(spec.Degree, spec.Offset),
    };

    public static PointSelection Selection(this PointChoice choice) =>
        choice == PointChoice.Cur ? PointSelection.Cur : PointSelection.FarthestPoints;
}
