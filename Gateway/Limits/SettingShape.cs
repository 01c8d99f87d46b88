using System.Globalization;

namespace OrleansChat.Gateway.Limits;

/// <summary>
/// Whether a section of the configuration has the shape of the options that it is bound to. What has not is passed over
/// without a word when it is bound, and a setting that keeps somebody out must not be.
/// </summary>
internal static class SettingShape
{
    /// <summary>Names each setting that nothing reads, each value where a list belongs, and each list where a value does.</summary>
    public static IEnumerable<string> Check(IConfigurationSection section, Type type)
    {
        var children = section.GetChildren().ToList();
        if (type == typeof(string) || type.IsValueType)
            return children.Select(child => $"{child.Path} is not a setting; {section.Path} is one value");
        if (!string.IsNullOrEmpty(section.Value))
            return [$"{section.Path} is '{section.Value}', but has several values: {section.Path}:{Example(type)}=…"];
        return ItemOf(type) is { } item ? CheckList(section, children, item) : CheckSettings(section, children, type);
    }

    private static IEnumerable<string> CheckList(IConfigurationSection section, List<IConfigurationSection> children, Type item) =>
        children.SelectMany(child => int.TryParse(child.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? Check(child, item)
            : [$"{child.Path} is not a setting; {section.Path} is a list: {section.Path}:0"]);

    private static IEnumerable<string> CheckSettings(IConfigurationSection section, List<IConfigurationSection> children, Type type)
    {
        var settings = type.GetProperties().ToDictionary(property => property.Name, property => property.PropertyType, StringComparer.OrdinalIgnoreCase);
        return SettingRange.Unknown(section, [.. settings.Keys])
            .Concat(children.Where(child => settings.ContainsKey(child.Key)).SelectMany(child => Check(child, settings[child.Key])));
    }

    private static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IList<>) ? type.GetGenericArguments()[0] : null;

    private static string Example(Type type) => ItemOf(type) is null ? type.GetProperties()[0].Name : "0";
}
