namespace OrleansChat.Gateway.Limits;

/// <summary>What a number in the configuration may be.</summary>
/// <typeparam name="TOptions">The options that hold it.</typeparam>
/// <param name="Name">The setting's name.</param>
/// <param name="Value">Its value.</param>
/// <param name="Least">The least it may be.</param>
/// <param name="Most">The most it may be.</param>
internal sealed record SettingRange<TOptions>(string Name, Func<TOptions, int> Value, int Least, int Most)
{
    /// <summary>Says what is wrong with its value, if something is.</summary>
    public string? Check(string section, TOptions options)
    {
        var value = Value(options);
        return value >= Least && value <= Most ? null : $"{section}:{Name} is {value}; it must be between {Least} and {Most}";
    }
}

/// <summary>Finds what is wrong with a section of the configuration.</summary>
internal static class SettingRange
{
    /// <summary>Names each setting of the section that nothing reads, and each value out of its range.</summary>
    public static IEnumerable<string> Check<TOptions>(
        IConfiguration configuration, string section, SettingRange<TOptions>[] ranges, TOptions options) =>
        Unknown(configuration, section, [.. ranges.Select(range => range.Name)])
            .Concat(ranges.Select(range => range.Check(section, options)).OfType<string>());

    /// <summary>Names each setting of the section that nothing reads.</summary>
    public static IEnumerable<string> Unknown(IConfiguration configuration, string section, string[] known) =>
        Unknown(configuration.GetSection(section), known);

    /// <inheritdoc cref="Unknown(IConfiguration, string, string[])"/>
    public static IEnumerable<string> Unknown(IConfigurationSection section, string[] known) =>
        section.GetChildren()
            .Where(child => !known.Contains(child.Key, StringComparer.OrdinalIgnoreCase))
            .Select(child => $"{child.Path} is not a setting; in {section.Path} there are {string.Join(", ", known)}");
}
