namespace WsFanout.IntegrationTests.Support;

/// <summary>A test that needs a program beside the broker; skipped, with the package to install, where that is missing. <c>make test</c> installs it.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactWithAttribute : FactAttribute
{
    public FactWithAttribute(string program, string package)
    {
        Program = program;
        Package = package;
        Skip = WhyNot(program, package);
    }

    public string Program { get; }

    public string Package { get; }

    /// <summary>Why a test that needs a program is skipped; null when it is there.</summary>
    public static string? WhyNot(string program, string package) => Find(program) is null ? $"{program} is not installed (Debian: apt-get install {package})" : null;

    /// <summary>The full path of a program on PATH or where packages put it; null when it is nowhere.</summary>
    public static string? Find(string program)
    {
#pragma warning disable RS0030 // The ban guards the server's settings; a test has no Settings to ask.
        var path = Environment.GetEnvironmentVariable("PATH") ?? "";
#pragma warning restore RS0030
        return path.Split(':').Append("/usr/bin").Append("/usr/sbin").Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
    }
}
